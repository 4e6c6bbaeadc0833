// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.message.EventPattern;
import io.serai.message.EventType;

/** Matches event types that were counted, all of which are valid. */
final class Types {

    private Types() {}

    static boolean matches(EventPattern pattern, String type) {
        return pattern.matches(new EventType(type));
    }
}
