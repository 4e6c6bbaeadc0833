// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.component.EndedRuns;
import io.serai.bus.component.FailedAt;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCompletedEvent;
import org.apache.camel.spi.CamelEvent.ExchangeEvent;
import org.apache.camel.spi.CamelEvent.ExchangeFailedEvent;

/** Counts the runs of each route, {@code serai.routes.exchanges} by route and outcome (done, failed). */
final class RouteCounts extends EndedRuns {

    static final String METER = "serai.routes.exchanges";
    static final String DONE = "done";
    static final String FAILED = "failed";

    private final MeterRegistry meters;
    private final Map<String, Counter> done = new ConcurrentHashMap<>();
    private final Map<String, Counter> failed = new ConcurrentHashMap<>();

    RouteCounts(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void notify(CamelEvent event) {
        // between these two are others, of failures that a route has handled
        if (event instanceof ExchangeCompletedEvent || event instanceof ExchangeFailedEvent) {
            var ended = (ExchangeEvent) event;
            var hasFailed = FailedAt.cause(ended.getExchange()) != null;
            counter(hasFailed ? failed : done, ended, hasFailed ? FAILED : DONE).increment();
        }
    }

    private Counter counter(Map<String, Counter> counters, ExchangeEvent event, String outcome) {
        var route = event.getExchange().getFromRouteId();
        return counters.computeIfAbsent(
                route == null ? "none" : route, name -> meters.counter(METER, "route", name, "outcome", outcome));
    }
}
