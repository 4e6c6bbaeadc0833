// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.support.EventNotifierSupport;

/** Hears of the ends of exchanges, and of nothing else unless a subclass asks for it: unheard events cost nothing. */
public abstract class EndedRuns extends EventNotifierSupport {

    protected EndedRuns() {
        setIgnoreCamelContextEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeSendingEvents(true);
        setIgnoreExchangeSentEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeAsyncProcessingStartedEvents(true);
    }
}
