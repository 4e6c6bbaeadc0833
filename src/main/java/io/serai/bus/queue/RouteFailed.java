// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.Failure;
import org.apache.camel.RuntimeCamelException;
import org.jspecify.annotations.Nullable;

/** Carries what is known of a route's failure through the listener container. */
final class RouteFailed extends RuntimeCamelException {

    private final transient Failure failure;
    private final @Nullable String retry;

    RouteFailed(Failure failure, @Nullable String retry) {
        super(failure.cause());
        this.failure = failure;
        this.retry = retry;
    }

    /** The failure that an exception carries, or is. */
    static Failure in(Throwable thrown) {
        var failed = find(thrown);
        return failed == null ? Failure.of(thrown) : failed.failure;
    }

    /** The retry policy that its route has named. */
    static @Nullable String retryIn(Throwable thrown) {
        var failed = find(thrown);
        return failed == null ? null : failed.retry;
    }

    private static @Nullable RouteFailed find(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RouteFailed failed) {
                return failed;
            }
        }
        return null;
    }
}
