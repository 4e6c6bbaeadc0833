// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.Failure;
import io.serai.bus.Parking;
import io.serai.bus.Retried;
import io.serai.message.Invalid;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.springframework.beans.factory.ObjectProvider;

/** Runs a route again, from its first step, with an input it failed on. */
public final class RouteRuns {

    /** Before the names of the headers with which a route began, among those of the message it is parked as. */
    public static final String INPUT_HEADER = RouteInput.HEADER;

    private final ObjectProvider<CamelContext> camel;
    private final Parking parking;

    RouteRuns(ObjectProvider<CamelContext> camel, Parking parking) {
        this.camel = camel;
        this.parking = parking;
    }

    /** Whether this hub runs the route now. */
    public boolean isRunning(String routeId) {
        var context = camel.getObject();
        var status = context.isRunAllowed() ? context.getRouteController().getRouteStatus(routeId) : null;
        return status != null && status.isStarted();
    }

    /** Whether a message is what a route began with; what a route has put into {@code failure:} itself is not. */
    public static boolean isInput(BasicProperties properties) {
        return RouteInput.is(properties);
    }

    /** Whether its body must be JSON. */
    public static boolean isJsonInput(BasicProperties properties) {
        return RouteInput.isJson(properties);
    }

    /**
     * Runs it, and tells the failures what came of it.
     *
     * @return completes when they know; exceptionally where that is not sure, then it is to be run again
     */
    public CompletableFuture<Void> run(String routeId, Retried retried, BasicProperties properties, byte[] body) {
        try {
            return start(routeId, retried, properties, body);
        } catch (RuntimeException unforeseen) {
            return CompletableFuture.failedFuture(unforeseen);
        }
    }

    private CompletableFuture<Void> start(String routeId, Retried retried, BasicProperties properties, byte[] body) {
        var route = camel.getObject().getRoute(routeId);
        if (route == null) {
            return CompletableFuture.failedFuture(new IllegalStateException("route " + routeId + " has gone"));
        }
        // without one nobody would park it when it fails once more, so that it would be run without end
        if (route.getRoutePolicyList().stream().noneMatch(ParkInput.class::isInstance)) {
            var wayOut = new Invalid("running route " + routeId
                    + " again: it names no retry policy any more; name one as its routeConfigurationId, and replay");
            return giveUp(routeId, retried, properties, body, wayOut);
        }
        var consumer = route.getConsumer();
        var exchange = consumer.createExchange(false);
        var run = new RouteRun(retried, properties, body);
        run.tie(exchange);
        try {
            RouteInput.restore(properties, body, exchange);
        } catch (Invalid unreadable) {
            consumer.releaseExchange(exchange, false);
            return giveUp(routeId, retried, properties, body, unreadable);
        }
        var told = new CompletableFuture<Void>();
        AsyncProcessorConverterHelper.convert(consumer.getProcessor()).process(exchange, doneSync -> {
            var thrown = exchange.getException();
            consumer.releaseExchange(exchange, false);
            if (thrown != null) {
                told.completeExceptionally(thrown);
            } else if (run.isFailed()) {
                told.complete(null);
            } else {
                parking.resolve(retried, () -> false).whenComplete((safe, refused) -> {
                    if (refused == null) {
                        told.complete(null);
                    } else {
                        told.completeExceptionally(refused);
                    }
                });
            }
        });
        return told;
    }

    /** It was not run, and is not to be by itself. */
    private CompletableFuture<Void> giveUp(
            String routeId, Retried retried, BasicProperties properties, byte[] body, Invalid why) {
        var failure = new Failure(why, routeId, null, null, null, 0, false, false);
        return parking.parkAgain(routeId, null, retried, properties, body, failure);
    }
}
