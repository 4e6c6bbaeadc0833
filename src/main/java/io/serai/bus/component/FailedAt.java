// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.Failure;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.camel.CamelExchangeException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.RuntimeExchangeException;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * The step an exchange failed at, noted when the exception is thrown, since error handlers add to the history later.
 *
 * @param routeVersion see {@link RouteVersion}
 * @param location file and line of the step
 */
public record FailedAt(
        @Nullable String routeId,
        @Nullable String routeVersion,
        @Nullable String nodeId,
        @Nullable String location) {

    private static final String PROPERTY = "SeraiFailedAt";
    private static final String PARKED = "SeraiParked";
    private static final Set<Class<?>> WRAPPERS = Set.of(
            CamelExchangeException.class,
            CamelExecutionException.class,
            RuntimeCamelException.class,
            RuntimeExchangeException.class,
            ExecutionException.class,
            CompletionException.class);

    /** Called by the error handler for each exception. */
    static void note(Exchange exchange) {
        var step = exchange.getExchangeExtension();
        exchange.setProperty(
                PROPERTY,
                new FailedAt(
                        ExchangeHelper.getAtRouteId(exchange),
                        RouteVersion.of(exchange),
                        step.getHistoryNodeId(),
                        step.getHistoryNodeSource()));
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

    /** What a run of a route has failed on, also where its input is parked and its consumer takes it for done. */
    public static @Nullable Throwable cause(Exchange exchange) {
        Throwable cause = exchange.getException();
        return cause == null ? exchange.getProperty(PARKED, Throwable.class) : cause;
    }

    /** Its input is parked: the consumer takes it for done. */
    static void parked(Exchange exchange, Throwable cause) {
        exchange.setProperty(PARKED, cause);
        exchange.setException(null);
        exchange.setRollbackOnly(false);
        exchange.setRollbackOnlyLast(false);
    }

    /** The policy that the route of another system's queue has named; null for the hub's default. */
    public static @Nullable String retryOfQueue(Exchange exchange) {
        return exchange.getProperty(RouteParking.QUEUE_POLICY, String.class);
    }

    static Failure failure(Exchange exchange, Throwable thrown, int attempts) {
        var cause = telling(thrown);
        var at = exchange.getProperty(PROPERTY, FailedAt.class);
        var postponed = ImmediateRetries.isPostponed(thrown);
        return new Failure(
                cause,
                at == null ? exchange.getFromRouteId() : at.routeId(),
                at == null ? RouteVersion.of(exchange) : at.routeVersion(),
                at == null ? null : at.nodeId(),
                at == null ? null : at.location(),
                // the one that a circuit breaker did not let through is none
                postponed ? attempts - 1 : attempts,
                postponed,
                ImmediateRetries.isWorthIt(thrown));
    }

    /** Camel wraps what a step throws, as in "Multicast processing failed for number 0": what it wraps says more. */
    static Throwable telling(Throwable thrown) {
        var cause = thrown;
        while (cause.getCause() != null && WRAPPERS.contains(cause.getClass())) {
            cause = cause.getCause();
        }
        return cause;
    }
}
