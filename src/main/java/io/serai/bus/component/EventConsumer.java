// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.Delivery;
import io.serai.bus.Registration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a route for each event of a subscription and acknowledges the event when the route, its asynchronous steps
 * included, is done.
 */
final class EventConsumer extends DefaultConsumer {

    private final EventEndpoint endpoint;
    private @Nullable Registration registration;

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

    private void subscribe() {
        var subscription = endpoint.toSubscription();
        var subscriptions = endpoint.services().subscriptions();
        if (endpoint.getBatchSize() > 1) {
            registration = subscriptions.subscribeInBatches(subscription, endpoint.toBatchSize(), inBatches());
        } else if (endpoint.isIdempotent()) {
            registration = subscriptions.subscribe(subscription, inTransaction());
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
}
