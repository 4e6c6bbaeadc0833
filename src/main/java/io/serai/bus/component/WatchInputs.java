// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.CamelContext;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.Service;
import org.apache.camel.component.timer.TimerConsumer;
import org.apache.camel.spi.ExceptionHandler;
import org.apache.camel.spi.PollingConsumerPollStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultPollingConsumerPollStrategy;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.LoggingExceptionHandler;
import org.apache.camel.support.ScheduledPollConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Tells {@link FailingInputs} what the consumers of routes fail on, in place of Camel's log, which prints a trace each time
 * and does not name the route. A consumer that hands its failures to the route ({@code bridgeErrorHandler}) keeps its own way.
 */
final class WatchInputs extends LifecycleStrategySupport {

    private final FailingInputs inputs;

    WatchInputs(FailingInputs inputs) {
        this.inputs = inputs;
    }

    @Override
    public void onServiceAdd(CamelContext context, Service service, @Nullable Route route) {
        if (route == null || route.getConsumer() != service || !(service instanceof DefaultConsumer consumer)) {
            return;
        }
        var input = inputs.add(route.getRouteId(), consumer);
        if (consumer.getExceptionHandler() instanceof LoggingExceptionHandler) {
            consumer.setExceptionHandler(new Told(input, isFedByItself(consumer)));
        }
        if (consumer instanceof ScheduledPollConsumer polling) {
            polling.setPollStrategy(new Polled(polling.getPollStrategy(), input));
        }
    }

    @Override
    public void onServiceRemove(CamelContext context, Service service, @Nullable Route route) {
        if (route != null) {
            inputs.remove(route.getRouteId(), service);
        }
    }

    /** What it fails on comes again by itself. */
    private static boolean isFedByItself(Consumer consumer) {
        return consumer instanceof ScheduledPollConsumer || consumer instanceof TimerConsumer;
    }

    private record Told(FailingInputs.Input input, boolean fedByItself) implements ExceptionHandler {

        @Override
        public void handleException(Throwable thrown) {
            input.failed(thrown, fedByItself);
        }

        @Override
        public void handleException(@Nullable String message, Throwable thrown) {
            input.failed(thrown, fedByItself);
        }

        @Override
        public void handleException(@Nullable String message, @Nullable Exchange exchange, Throwable thrown) {
            input.failed(thrown, fedByItself);
        }
    }

    /** A poll in which nothing has failed ends the failing. */
    private static final class Polled implements PollingConsumerPollStrategy {

        private final PollingConsumerPollStrategy configured;
        private final FailingInputs.Input input;
        private volatile long before;

        Polled(@Nullable PollingConsumerPollStrategy configured, FailingInputs.Input input) {
            this.configured = configured == null ? new DefaultPollingConsumerPollStrategy() : configured;
            this.input = input;
        }

        @Override
        public boolean begin(Consumer consumer, Endpoint endpoint) {
            before = input.failures();
            return configured.begin(consumer, endpoint);
        }

        @Override
        public void commit(Consumer consumer, Endpoint endpoint, int messages) {
            configured.commit(consumer, endpoint, messages);
            if (input.failures() == before) {
                input.works();
            }
        }

        @Override
        public boolean rollback(Consumer consumer, Endpoint endpoint, int retries, Exception cause) throws Exception {
            return configured.rollback(consumer, endpoint, retries, cause);
        }
    }
}
