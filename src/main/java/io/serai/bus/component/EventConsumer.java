// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.Delivery;
import io.serai.bus.Registration;
import io.serai.bus.Subscription;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a route for each event of a subscription, or for each batch, and acknowledges when the route, its asynchronous
 * steps included, is done.
 */
final class EventConsumer extends DefaultConsumer implements Pausable {

    private final EventEndpoint endpoint;
    private volatile @Nullable Registration registration;

    EventConsumer(EventEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.endpoint = endpoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        subscribe();
    }

    @Override
    protected void doSuspend() throws Exception {
        unsubscribe();
    }

    @Override
    protected void doResume() throws Exception {
        subscribe();
    }

    @Override
    protected void doStop() throws Exception {
        unsubscribe();
        super.doStop();
    }

    @Override
    public void pauseReading() {
        var current = registration;
        if (current != null) {
            current.pause();
        }
    }

    @Override
    public int inHand() {
        var current = registration;
        return current == null ? 0 : current.inHand();
    }

    @Override
    public void resumeReading() {
        var current = registration;
        if (current != null) {
            current.resume();
        }
    }

    private void subscribe() {
        var subscription = endpoint.toSubscription();
        var subscriptions = endpoint.services().subscriptions();
        if (endpoint.getBatchSize() > 1) {
            registration =
                    subscriptions.subscribeInBatches(subscription, endpoint.toBatchSize(), blocking(subscription));
        } else if (ownsTransaction() || endpoint.isOrdered()) {
            // in order means that the next begins when this one is done, its asynchronous steps included
            var run = blocking(subscription);
            registration = subscriptions.subscribe(subscription, delivery -> run.accept(List.of(delivery)));
        } else {
            registration = subscriptions.subscribe(subscription, this::route);
        }
    }

    private void unsubscribe() {
        var current = registration;
        registration = null;
        if (current != null) {
            current.stop();
        }
    }

    private BlockingRun blocking(Subscription subscription) {
        var services = endpoint.services();
        return new BlockingRun(
                subscription.name(),
                endpoint.receiver(),
                endpoint.isOrdered(),
                services.properties().immediateRetries(),
                ownsTransaction() ? this::transactedExchangeOf : this::exchangeOf,
                getProcessor(),
                this::isRunAllowed);
    }

    private boolean ownsTransaction() {
        return endpoint.receiver() != null;
    }

    /** One event, asynchronously: returns when the route waits for something, and takes the next. */
    private void route(Delivery delivery) {
        var exchange = exchangeOf(List.of(delivery));
        ImmediateRetries.allow(exchange, endpoint.services().properties().immediateRetries());
        getAsyncProcessor().process(exchange, doneSync -> {
            var failure = FailedAt.failure(exchange);
            if (failure == null) {
                delivery.done();
            } else if (getEndpoint().getCamelContext().isStopping()) {
                // what a route of this hub calls may have stopped before it: no reason to park, the event comes again
                delivery.giveBack();
            } else {
                delivery.failed(failure);
            }
            releaseExchange(exchange, false);
        });
    }

    private Exchange exchangeOf(List<Delivery> deliveries) {
        var exchange = createExchange(false);
        if (endpoint.getBatchSize() > 1) {
            exchange.getIn()
                    .setBody(deliveries.stream()
                            .<Message>map(each -> new EventMessage(exchange, each.event()))
                            .toList());
        } else {
            var event = deliveries.get(0).event();
            EventReader.read(event, exchange.getIn());
            Consumed.mark(exchange, event);
        }
        return exchange;
    }

    /** With a unit of work from the start, so that it can be marked as transacted before the route begins. */
    private Exchange transactedExchangeOf(List<Delivery> deliveries) {
        var exchange = exchangeOf(deliveries);
        try {
            createUoW(exchange);
        } catch (Exception unforeseen) {
            throw new IllegalStateException("beginning unit of work of " + getRouteId() + " failed", unforeseen);
        }
        return exchange;
    }
}
