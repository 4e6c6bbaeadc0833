// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import org.jspecify.annotations.Nullable;

/** The request does not fit the present state; read again, then decide (HTTP 409). */
public non-sealed class Conflict extends HubException {

    public Conflict(String message) {
        this(message, null);
    }

    public Conflict(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
