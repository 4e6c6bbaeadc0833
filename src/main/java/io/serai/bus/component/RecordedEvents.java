// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.Failure;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ForkJoinPool;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The {@code event:} component without a broker, for tests of routes: keeps what they publish, and hands them events.
 *
 * <p>Attributes are read and made as in the hub. What goes through the outbox counts from the commit on. {@link #failures}
 * is the {@code failure:} component likewise.
 */
public final class RecordedEvents extends EventComponent {

    /** What a route parked, and why. */
    public record Parked(Event event, String reason) {}

    private final EventComponent.Services services;
    private final List<Event> published = new CopyOnWriteArrayList<>();
    private final List<Parked> parked = new CopyOnWriteArrayList<>();
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile boolean refusing;

    /** Without a database: subscriptions that own their transaction have none. */
    public RecordedEvents(BusProperties properties) {
        this(properties, (OnceOnly) null, null);
    }

    /**
     * With a database that has the hub's tables: subscriptions that are idempotent or keep the latest own their transaction
     * and pass over what they have dealt with, as in the hub.
     */
    public RecordedEvents(BusProperties properties, JdbcTemplate jdbc, TransactionOperations transaction) {
        this(
                properties,
                new OnceOnly(jdbc, transaction),
                new LatestOnly(JdbcClient.create(jdbc), transaction, new SimpleMeterRegistry()));
    }

    @SuppressWarnings("NullAway") // nothing else of the bus is there
    private RecordedEvents(BusProperties properties, @Nullable OnceOnly once, @Nullable LatestOnly latest) {
        this.services = new EventComponent.Services(
                null, null, null, null, once, latest, properties, name -> {}, ForkJoinPool.commonPool());
    }

    /**
     * Keeps what routes with a retry policy fail on from being parked: they have their tries in place, and then have failed.
     *
     * @param uris URI a route begins with in the hub, by its id
     */
    public static void withoutParking(CamelContext camel, UnaryOperator<String> uris) {
        camel.getRoutePolicyFactories()
                .replaceAll(each -> each instanceof RouteParking parking ? parking.played(uris) : each);
    }

    /** What was published, in order. */
    public List<Event> published() {
        return List.copyOf(published);
    }

    /** What was parked, in order. */
    public List<Parked> parked() {
        return List.copyOf(parked);
    }

    /** The component of {@code failure:} that records here. */
    public FailureComponent failures() {
        return new FailureComponent() {
            @Override
            protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
                    throws Exception {
                return set(new RecordedFailure(uri, this, remaining), parameters);
            }
        };
    }

    /** The headers a route sees of an event. */
    public static Map<String, Object> headersOf(Event event) {
        return EventReader.headers(event);
    }

    /** Forgets what was published and parked, and takes again. */
    public void reset() {
        published.clear();
        parked.clear();
        refusing = false;
    }

    /** Fails each publish from now on, as without a broker or with a full outbox. */
    public void refuse() {
        refusing = true;
    }

    /** Hands the event to each route that subscribes to its type; throws what a route throws. */
    public void deliver(Event event) throws Exception {
        deliver(List.of(event));
    }

    /**
     * Hands the events to the routes that subscribe to their types, together to those that read in batches. One that fails
     * does not keep others from their routes; the first failure is thrown in the end.
     *
     * @return how many routes took something
     */
    public int deliver(List<Event> events) throws Exception {
        int takers = 0;
        var failures = new ArrayList<Exception>();
        for (var subscriber : subscribers) {
            var wanted = events.stream()
                    .filter(event -> subscriber.wants(event.type()))
                    .toList();
            if (!wanted.isEmpty()) {
                takers++;
                subscriber.take(wanted, failures);
            }
        }
        if (!failures.isEmpty()) {
            throw failures.get(0);
        }
        return takers;
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

    /** Fails where there is no transaction. */
    private static void onCommit(Runnable action) {
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                action.run();
            }
        });
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
                void write(Event event, Exchange exchange) {
                    accept();
                    onCommit(() -> published.add(event));
                }

                @Override
                CompletableFuture<Void> send(Event event, Exchange exchange) {
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

    private final class RecordedFailure extends FailureEndpoint {

        RecordedFailure(String uri, FailureComponent component, String type) {
            super(uri, component, type);
        }

        @Override
        EventComponent.Services services() {
            return services;
        }

        @Override
        public Producer createProducer() {
            return new FailureProducer(this, new EventType(getTypes())) {
                @Override
                void write(Event event, Exchange exchange) {
                    accept();
                    var kept = new Parked(event, reasonOf(failure(exchange)));
                    onCommit(() -> parked.add(kept));
                }

                @Override
                CompletableFuture<Void> send(Event event, Exchange exchange) {
                    accept();
                    parked.add(new Parked(event, reasonOf(failure(exchange))));
                    return CompletableFuture.completedFuture(null);
                }
            };
        }

        private static String reasonOf(Failure failure) {
            return String.valueOf(failure.cause().getMessage());
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

        void take(List<Event> events, List<Exception> failures) {
            if (endpoint.getBatchSize() > 1) {
                attempt(events, failures);
            } else {
                events.forEach(event -> attempt(List.of(event), failures));
            }
        }

        /** A batch that fails, or holds a duplicate, is taken apart. */
        private void attempt(List<Event> events, List<Exception> failures) {
            try {
                if (dealWith(events)) {
                    return;
                }
            } catch (Exception failed) {
                if (events.size() == 1) {
                    failures.add(failed);
                    return;
                }
            }
            events.forEach(event -> attempt(List.of(event), failures));
        }

        /** Whether that was all; not so for a batch that holds a duplicate. */
        private boolean dealWith(List<Event> events) throws Exception {
            var receiver = endpoint.receiver();
            if (receiver == null) {
                run(exchangeOf(events));
                return true;
            }
            return runOnce(receiver, events) == OnceOnly.Receipt.FIRST || events.size() == 1;
        }

        /** Without a transaction of its own, tried again in place by Camel's error handler. */
        private void run(Exchange exchange) throws Exception {
            ImmediateRetries.allow(exchange, services.properties().immediateRetries());
            getProcessor().process(exchange);
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
        }

        private OnceOnly.Receipt runOnce(Receiver receiver, List<Event> events) throws Exception {
            for (int retries = services.properties().immediateRetries(); true; retries--) {
                var exchange = exchangeOf(events);
                createUoW(exchange);
                try {
                    return receiver.receive(
                            endpoint.toSubscription().name(),
                            events,
                            () -> BlockingRun.process(getProcessor(), exchange));
                } catch (OnceOnly.EffectFailed failed) {
                    var cause = failed.getCause();
                    if (cause == null || retries <= 0 || !ImmediateRetries.isWorthItNow(cause)) {
                        throw cause instanceof Exception thrown ? thrown : failed;
                    }
                } finally {
                    doneUoW(exchange);
                }
            }
        }

        private Exchange exchangeOf(List<Event> events) {
            return endpoint.getBatchSize() > 1 ? batchOf(events) : exchangeOf(events.get(0));
        }

        private Exchange exchangeOf(Event event) {
            var exchange = createExchange(false);
            EventReader.read(event, exchange.getIn());
            Consumed.mark(exchange, event);
            return exchange;
        }

        private Exchange batchOf(List<Event> events) {
            var exchange = createExchange(false);
            exchange.getIn()
                    .setBody(events.stream()
                            .<Message>map(each -> new EventMessage(exchange, each))
                            .toList());
            return exchange;
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
