// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.bus.component.EndedRuns;
import io.serai.bus.component.FailedAt;
import io.serai.bus.component.FailingInputs;
import io.serai.message.Printable;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.CamelEvent;
import org.jspecify.annotations.Nullable;

/** Remembers the newest failure of each route, its messages and its consumer, without secrets. Thread-safe; bounded by the number of routes. */
final class LastErrors extends EndedRuns {

    private static final int MAX_MESSAGE = 500;

    private final FailingInputs inputs;
    private final Clock clock;
    private final SecretValues secrets;
    private final Map<String, RouteView.LastError> newest = new ConcurrentHashMap<>();

    LastErrors(FailingInputs inputs, Clock clock, SecretValues secrets) {
        this.inputs = inputs;
        this.clock = clock;
        this.secrets = secrets;
        setIgnoreRouteEvents(false);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof CamelEvent.ExchangeCompletedEvent || event instanceof CamelEvent.ExchangeFailedEvent) {
            var ended = ((CamelEvent.ExchangeEvent) event).getExchange();
            var route = ended.getFromRouteId();
            var cause = FailedAt.cause(ended);
            if (route != null && cause != null) {
                newest.put(
                        route,
                        new RouteView.LastError(
                                clock.instant(),
                                cause.getClass().getName(),
                                Printable.of(secrets.maskNullable(cause.getMessage()), MAX_MESSAGE)));
            }
        } else if (event instanceof CamelEvent.RouteRemovedEvent removed) {
            newest.remove(removed.getRoute().getRouteId());
        }
    }

    RouteView.@Nullable LastError of(String route) {
        var failed = newest.get(route);
        var unfed = inputs.newest(route);
        return unfed == null || (failed != null && failed.at().isAfter(unfed.at()))
                ? failed
                : new RouteView.LastError(unfed.at(), unfed.exception(), unfed.message());
    }
}
