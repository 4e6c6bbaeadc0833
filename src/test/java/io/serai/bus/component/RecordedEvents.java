// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.BusProperties;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultConsumer;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The {@code event:} component without a broker, for tests of routes: keeps what they publish, and hands them events.
 *
 * <p>Attributes are read and made as in the hub. What goes through the outbox counts from the commit on.
 */
public final class RecordedEvents extends EventComponent {

    private final EventComponent.Services services;
    private final List<Event> published = new CopyOnWriteArrayList<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean refusing;

    @SuppressWarnings("NullAway") // nothing else of the bus is there
    public RecordedEvents(BusProperties properties) {
        this.services = new EventComponent.Services(
                null, null, null, null, null, null, properties, name -> {}, ForkJoinPool.commonPool());
    }

    /** What was published, in order. */
    public List<Event> published() {
        return List.copyOf(published);
    }

    /** Forgets what was published, and takes again. */
    public void reset() {
        published.clear();
        refusing = false;
    }

    /** Fails each publish from now on, as without a broker or with a full outbox. */
    public void refuse() {
        refusing = true;
    }

    /** Hands the event to each route that subscribes to its type; throws what a route throws. */
    public void deliver(Event event) throws Exception {
        for (var subscriber : subscribers) {
            if (subscriber.wants(event.type())) {
                subscriber.take(event);
            }
        }
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        return set(new Recorded(uri, remaining), parameters);
    }

    private void accept() {
        if (refusing) {
            throw new Unavailable("publishing: refused by the test");
        }
    }

    private final class Recorded extends EventEndpoint {

        Recorded(String uri, String types) {
            super(uri, RecordedEvents.this, types);
        }

        @Override
        EventComponent.Services services() {
            return services;
        }

        @Override
        public Producer createProducer() {
            return new EventProducer(this, new EventType(getTypes())) {
                @Override
                void write(Event event, org.apache.camel.Exchange exchange) {
                    accept();
                    // fails where there is no transaction
                    TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                        @Override
                        public void afterCommit() {
                            published.add(event);
                        }
                    });
                }

                @Override
                CompletableFuture<Void> send(Event event, org.apache.camel.Exchange exchange) {
                    return CompletableFuture.runAsync(() -> {
                        accept();
                        published.add(event);
                    });
                }
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new Subscriber(this, processor);
        }
    }

    private final class Subscriber extends DefaultConsumer {

        private final EventEndpoint endpoint;

        Subscriber(EventEndpoint endpoint, Processor processor) {
            super(endpoint, processor);
            this.endpoint = endpoint;
        }

        boolean wants(EventType type) {
            return endpoint.toSubscription().patterns().stream().anyMatch(pattern -> pattern.matches(type));
        }

        void take(Event event) throws Exception {
            var exchange = createExchange(false);
            EventReader.read(event, exchange.getIn());
            Consumed.mark(exchange, event);
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
        }

        @Override
        protected void doStart() throws Exception {
            super.doStart();
            subscribers.add(this);
        }

        @Override
        protected void doStop() throws Exception {
            subscribers.remove(this);
            super.doStop();
        }
    }
}
