// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.SimpleEventNotifierSupport;
import org.jspecify.annotations.Nullable;

/** Remembers the newest failure of each route. Thread-safe; bounded by the number of routes. */
final class LastErrors extends SimpleEventNotifierSupport {

    private static final int MAX_MESSAGE = 500;

    private final Clock clock;
    private final Map<String, RouteView.LastError> newest = new ConcurrentHashMap<>();

    LastErrors(Clock clock) {
        this.clock = clock;
        // what is not looked at costs nothing
        setIgnoreCamelContextEvents(true);
        setIgnoreServiceEvents(true);
        setIgnoreStepEvents(true);
        setIgnoreExchangeCreatedEvent(true);
        setIgnoreExchangeCompletedEvent(true);
        setIgnoreExchangeSendingEvents(true);
        setIgnoreExchangeSentEvents(true);
        setIgnoreExchangeRedeliveryEvents(true);
        setIgnoreExchangeAsyncProcessingStartedEvents(true);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof CamelEvent.ExchangeFailedEvent failed) {
            var route = failed.getExchange().getFromRouteId();
            var cause = failed.getExchange().getException();
            if (route != null && cause != null) {
                var text = String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}", " ");
                newest.put(
                        route,
                        new RouteView.LastError(
                                clock.instant(),
                                cause.getClass().getName(),
                                text.substring(0, Math.min(text.length(), MAX_MESSAGE))));
            }
        } else if (event instanceof CamelEvent.RouteRemovedEvent removed) {
            newest.remove(removed.getRoute().getRouteId());
        }
    }

    RouteView.@Nullable LastError of(String route) {
        return newest.get(route);
    }
}
