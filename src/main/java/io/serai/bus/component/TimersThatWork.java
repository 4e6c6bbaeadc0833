// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.spi.CamelEvent;

/** Tells {@link FailingInputs} that a timer's route is done, since a timer has no poll that could say so. */
final class TimersThatWork extends EndedRuns {

    private final FailingInputs inputs;

    TimersThatWork(FailingInputs inputs) {
        this.inputs = inputs;
        setIgnoreExchangeFailedEvents(true);
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
