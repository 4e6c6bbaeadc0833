// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.Failure;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/** Parks what a route sends to {@code failure:TYPE}, with the reason the route gives or the exception it has caught. */
class FailureProducer extends EventProducer {

    private final FailureEndpoint endpoint;
    private final @Nullable Expression reason;

    FailureProducer(FailureEndpoint endpoint, EventType type) {
        super(endpoint, type);
        this.endpoint = endpoint;
        var text = endpoint.getReason();
        this.reason = text == null
                ? null
                : endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
    }

    @Override
    void write(Event event, Exchange exchange) {
        var services = endpoint.services();
        services.outbox().park(event, services.parking().facts(from(exchange), failure(exchange)));
    }

    @Override
    CompletableFuture<Void> send(Event event, Exchange exchange) {
        var parking = endpoint.services().parking();
        return parking.park(event, parking.facts(from(exchange), failure(exchange)));
    }

    private static String from(Exchange exchange) {
        return "route:" + exchange.getFromRouteId();
    }

    /** What is wrong. */
    final Failure failure(Exchange exchange) {
        var caught = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        var given = reason == null ? null : reason.evaluate(exchange, String.class);
        if (caught != null && given == null) {
            var failure = FailedAt.failure(exchange, caught, 1);
            // the route has gone on with the rest: nothing tries this again by itself
            return new Failure(
                    failure.cause(),
                    failure.routeId(),
                    failure.routeVersion(),
                    failure.nodeId(),
                    failure.location(),
                    1,
                    false,
                    false);
        }
        var invalid =
                new Invalid(given == null ? "the route " + ExchangeHelper.getRouteId(exchange) + " parked it" : given);
        // where the hub made it says nothing
        invalid.setStackTrace(new StackTraceElement[0]);
        var step = exchange.getExchangeExtension();
        return new Failure(
                invalid,
                ExchangeHelper.getAtRouteId(exchange),
                RouteVersion.of(exchange),
                step.getHistoryNodeId(),
                step.getHistoryNodeSource(),
                1,
                false,
                false);
    }
}
