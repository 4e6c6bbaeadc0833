// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Invalid;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a failed delivery, kept with the parked message.
 *
 * @param cause what was thrown
 * @param routeId the Camel route it failed in
 * @param routeVersion of that route: the hash of its file; null where no file made it
 * @param nodeId the step it failed at
 * @param location file and line of that step
 * @param attempts how often it was tried
 * @param postponed whether it was not tried at all at the end, since a circuit breaker is open: no fault of the message
 * @param retryable whether to try again may help; not where the message itself is wrong
 */
public record Failure(
        Throwable cause,
        @Nullable String routeId,
        @Nullable String routeVersion,
        @Nullable String nodeId,
        @Nullable String location,
        int attempts,
        boolean postponed,
        boolean retryable) {

    /** A failure outside of any route after which it is not tried again. */
    public static Failure last(Throwable cause) {
        return new Failure(cause, null, null, null, null, 1, false, false);
    }

    /** A failure outside of any route; invalid messages stay invalid. */
    public static Failure of(Throwable cause) {
        return new Failure(cause, null, null, null, null, 1, false, !(cause instanceof Invalid));
    }
}
