// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Invalid;

/** A body is over {@code serai.bus.max-message-size}, or over what the broker takes (HTTP 413). */
public final class EventTooLarge extends Invalid {

    EventTooLarge(String messageId, int bytes, String limit, long most) {
        super("publishing " + messageId + ": body of " + bytes + " bytes is over " + limit + " (" + most + ")");
    }
}
