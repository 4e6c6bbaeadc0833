// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;

/** Tells {@link FailingInputs} that a timer's route is done, since a timer has no poll that could say so. */
final class TimersThatWork extends EventNotifierSupport {

    private final FailingInputs inputs;

    TimersThatWork(FailingInputs inputs) {
        this.inputs = inputs;
        // what is not looked at costs nothing
        setIgnoreCamelContextEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeFailedEvents(true);
        setIgnoreExchangeSendingEvents(true);
        setIgnoreExchangeSentEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeAsyncProcessingStartedEvents(true);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof CamelEvent.ExchangeCompletedEvent completed) {
            var exchange = completed.getExchange();
            if (exchange.getFromEndpoint() instanceof TimerEndpoint && exchange.getException() == null) {
                inputs.works(exchange.getFromRouteId());
            }
        }
    }
}
