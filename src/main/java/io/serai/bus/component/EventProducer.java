// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import io.serai.message.EventType;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Publishes what a route sends to {@code event:TYPE}, without holding a thread until the broker has confirmed.
 *
 * <p>The route goes on, on a thread of the hub, when the event is safe; it fails when that is not sure.
 */
final class EventProducer extends DefaultAsyncProducer {

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
                endpoint.services().outbox().append(event);
                callback.done(true);
                return true;
            }
            return publish(event, exchange, callback);
        } catch (RuntimeException refused) {
            exchange.setException(refused);
            callback.done(true);
            return true;
        }
    }

    private boolean publish(Event event, Exchange exchange, AsyncCallback callback) {
        endpoint.services()
                .publisher()
                .publish(event)
                .whenCompleteAsync(
                        (done, failure) -> {
                            if (failure != null) {
                                exchange.setException(failure);
                            }
                            callback.done(false);
                        },
                        endpoint.services().continuations());
        return false;
    }
}
