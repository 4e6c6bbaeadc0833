// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.Failure;
import org.apache.camel.RuntimeCamelException;

/** Carries what is known of a route's failure through the listener container. */
final class RouteFailed extends RuntimeCamelException {

    private final transient Failure failure;

    RouteFailed(Failure failure) {
        super(failure.cause());
        this.failure = failure;
    }

    /** The failure that an exception carries, or is. */
    static Failure in(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof RouteFailed failed) {
                return failed.failure;
            }
        }
        return Failure.of(thrown);
    }
}
