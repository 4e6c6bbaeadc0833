// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.bus.QueueDepths;
import io.serai.bus.Reading;
import io.serai.bus.Subscriptions;
import io.serai.bus.component.EventEndpoint;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.DelegateEndpoint;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.springframework.beans.factory.ObjectProvider;

/** Which queues this hub reads, by its subscriptions and by its routes, stopped ones included. */
final class RouteQueues {

    private final Subscriptions subscriptions;
    /** Not the context itself: Spring would start that with this, before it has its routes. */
    private final ObjectProvider<CamelContext> camel;

    RouteQueues(Subscriptions subscriptions, ObjectProvider<CamelContext> camel) {
        this.subscriptions = subscriptions;
        this.camel = camel;
    }

    /** @param now milliseconds since 1970 */
    Collection<QueueReader> look(long now) {
        var readers = new TreeMap<String, QueueReader>();
        for (var reading : subscriptions.readings()) {
            var queue = QueueDepths.queueOf(reading.subscription());
            readers.put(queue, reader(queue, reading, now));
        }
        var context = camel.getObject();
        context.getRoutes().forEach(route -> note(context, route, readers, now));
        return readers.values();
    }

    private static QueueReader reader(String queue, Reading reading, long now) {
        return new QueueReader(
                queue,
                null,
                true,
                true,
                reading.inHand(),
                now - reading.turned().toMillis());
    }

    private static void note(CamelContext context, Route route, Map<String, QueueReader> readers, long now) {
        var started = context.getRouteController().getRouteStatus(route.getRouteId()) == ServiceStatus.Started;
        var endpoint = unwrapped(route.getEndpoint());
        if (endpoint instanceof EventEndpoint events && events.getSubscription() != null) {
            var queue = QueueDepths.queueOf(events.getSubscription());
            var read = readers.get(queue);
            readers.put(
                    queue,
                    read == null
                            // its consumer may be about to subscribe
                            ? new QueueReader(queue, route.getRouteId(), started, true, 0, now)
                            : new QueueReader(queue, route.getRouteId(), true, true, read.inHand(), read.turnedAt()));
        } else if (endpoint instanceof SpringRabbitMQEndpoint other && other.getQueues() != null) {
            var durable = !other.isAutoDeclare()
                    || Boolean.parseBoolean(String.valueOf(other.getQueueArgs().get("durable")));
            for (var queue : other.getQueues().split(",", -1)) {
                readers.put(
                        queue.strip(), new QueueReader(queue.strip(), route.getRouteId(), started, durable, 0, now));
            }
        }
    }

    private static Endpoint unwrapped(Endpoint endpoint) {
        var inner = endpoint;
        while (inner instanceof DelegateEndpoint outer) {
            inner = outer.getEndpoint();
        }
        return inner;
    }
}
