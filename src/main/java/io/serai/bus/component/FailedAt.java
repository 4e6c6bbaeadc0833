// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.Failure;
import org.apache.camel.Exchange;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * The step an exchange failed at, noted when the exception is thrown, since error handlers add to the history later.
 *
 * @param location file and line of the step
 */
public record FailedAt(
        @Nullable String routeId,
        @Nullable String nodeId,
        @Nullable String location) {

    private static final String PROPERTY = "SeraiFailedAt";

    /** Called by the error handler for each exception. */
    static void note(Exchange exchange) {
        var step = exchange.getExchangeExtension();
        exchange.setProperty(
                PROPERTY,
                new FailedAt(
                        ExchangeHelper.getAtRouteId(exchange), step.getHistoryNodeId(), step.getHistoryNodeSource()));
    }

    /** What failed, or null where the exchange is done. */
    public static @Nullable Failure failure(Exchange exchange) {
        Throwable cause = exchange.getException();
        if (cause == null && (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast())) {
            cause = new RollbackExchangeException("the route asked for a rollback", exchange);
        }
        if (cause == null) {
            return null;
        }
        var retries = exchange.getMessage().getHeader(Exchange.REDELIVERY_COUNTER, 0, Integer.class);
        return failure(exchange, cause, retries + 1);
    }

    static Failure failure(Exchange exchange, Throwable cause, int attempts) {
        var at = exchange.getProperty(PROPERTY, FailedAt.class);
        return at == null
                ? new Failure(cause, exchange.getFromRouteId(), null, null, attempts, ImmediateRetries.isWorthIt(cause))
                : new Failure(
                        cause, at.routeId(), at.nodeId(), at.location(), attempts, ImmediateRetries.isWorthIt(cause));
    }
}
