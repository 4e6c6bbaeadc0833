// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.BusProperties;
import io.serai.bus.Failure;
import io.serai.bus.Parking;
import io.serai.message.Invalid;
import io.serai.message.Printable;
import java.util.concurrent.ExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parks what a route has failed on, and lets its consumer take it for done: a file is moved, a row is marked.
 *
 * <p>It comes after the route, a transaction of the route's rolled back, and before the consumer hears of it; it waits for
 * the broker's confirm. Where that does not come, or the input is too large, the route has failed as it would have
 * without: the file stays. A hub that dies in between parks it again, as the same failure where it is a file.
 */
final class ParkInput extends RoutePolicySupport {

    private static final Logger LOG = LoggerFactory.getLogger(ParkInput.class);

    private final String policy;
    private final Parking parking;
    private final BusProperties properties;

    ParkInput(String policy, Parking parking, BusProperties properties) {
        this.policy = policy;
        this.parking = parking;
        this.properties = properties;
    }

    @Override
    public void onExchangeBegin(Route route, Exchange exchange) {
        if (route.getRouteId().equals(exchange.getFromRouteId())) {
            ImmediateRetries.allow(exchange, properties.immediateRetries());
            if (RouteRun.of(exchange) == null) {
                RouteInput.note(exchange);
            }
        }
    }

    /** Camel does not call it while it stops: what fails for that alone is begun again at the next start. */
    @Override
    public void onExchangeDone(Route route, Exchange exchange) {
        if (!route.getRouteId().equals(exchange.getFromRouteId())) {
            return;
        }
        var failure = FailedAt.failure(exchange);
        if (failure == null) {
            return;
        }
        try {
            park(route.getRouteId(), exchange, failure);
            FailedAt.parked(exchange, failure.cause());
        } catch (Invalid notParkable) {
            LOG.warn(
                    "route failed and its input cannot be parked routeId={} cause={}: {}",
                    route.getRouteId(),
                    Printable.of(failure.cause().toString()),
                    Printable.of(notParkable.getMessage()));
            notParkable.addSuppressed(failure.cause());
            exchange.setException(notParkable);
        } catch (ExecutionException refused) {
            LOG.warn(
                    "route failed and its input is not parked, so it stays where it is routeId={} cause={}",
                    route.getRouteId(),
                    String.valueOf(refused.getCause()));
            exchange.setException(failure.cause());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            exchange.setException(failure.cause());
        }
    }

    private void park(String routeId, Exchange exchange, Failure failure)
            throws ExecutionException, InterruptedException {
        var run = RouteRun.of(exchange);
        var input = RouteInput.of(exchange);
        if (run != null) {
            parking.parkAgain(routeId, policy, run.retried(), run.properties(), run.body(), failure)
                    .get();
            run.hasFailed();
        } else if (input != null) {
            var parked = input.parked(exchange, properties.maxMessageSize().toBytes());
            parking.park(routeId, policy, parked.identity(), parked.properties(), parked.body(), failure)
                    .get();
        }
    }
}
