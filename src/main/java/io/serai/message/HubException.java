// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import org.jspecify.annotations.Nullable;

/**
 * Root of what the hub reports to people; the four kinds say who can mend it.
 *
 * <p>A message says what failed, for which id, and what to do, gerund first: "publishing event 42: broker is away, try
 * again". The HTTP edge turns each kind into one status: 404, 409, 422, 503.
 */
public abstract sealed class HubException extends RuntimeException permits NotFound, Conflict, Invalid, Unavailable {

    protected HubException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
