// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.util.Map;

class EmbeddedPoisonIT extends PoisonContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    /** Broker-J itself fails at some thousand, and ends the process; only the hub and its user have its password. */
    @Override
    int levels() {
        return 1_000;
    }
}
