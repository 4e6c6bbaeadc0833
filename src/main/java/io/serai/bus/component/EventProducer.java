// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import io.serai.message.EventType;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Publishes what a route sends to {@code event:TYPE}, without holding a thread until the broker has confirmed.
 *
 * <p>The route goes on, on a thread of the hub, when the event is safe; it fails when that is not sure.
 */
class EventProducer extends DefaultAsyncProducer {

    private final EventType type;
    private final EventEndpoint endpoint;
    private final EventWriter writer;

    EventProducer(EventEndpoint endpoint, EventType type) {
        super(endpoint);
        this.endpoint = endpoint;
        this.type = type;
        this.writer = new EventWriter(endpoint);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        try {
            var event = writer.write(exchange, type);
            if (endpoint.isOutbox()) {
                write(event, exchange);
                callback.done(true);
                return true;
            }
            return send(event, exchange, callback);
        } catch (RuntimeException refused) {
            exchange.setException(refused);
            callback.done(true);
            return true;
        }
    }

    /** Writes it in the caller's transaction. */
    void write(Event event, Exchange exchange) {
        endpoint.services().outbox().append(event, RouteVersion.of(exchange));
    }

    /** Sends it; completes when the broker has it. */
    CompletableFuture<Void> send(Event event, Exchange exchange) {
        return endpoint.services().publisher().publish(event, RouteVersion.of(exchange));
    }

    private boolean send(Event event, Exchange exchange, AsyncCallback callback) {
        send(event, exchange)
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure != null) {
                                exchange.setException(
                                        failure instanceof CompletionException && failure.getCause() != null
                                                ? failure.getCause()
                                                : failure);
                            }
                            callback.done(false);
                        },
                        endpoint.services().continuations());
        return false;
    }
}
