// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.serai.bus.component.EndedRuns;
import io.serai.bus.component.FailedAt;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeCompletedEvent;
import org.apache.camel.spi.CamelEvent.ExchangeEvent;
import org.apache.camel.spi.CamelEvent.ExchangeFailedEvent;

/**
 * Counts the runs of each route, {@code serai.routes.exchanges} by route and outcome (done, failed), and times them, {@code
 * serai.routes.duration} by route.
 *
 * <p>The times are a histogram of twelve fixed buckets: its quantiles can be taken over all hubs, which those that a hub
 * computes itself cannot, and a route adds 15 time series. Camel's clock of a run has milliseconds.
 */
final class RouteCounts extends EndedRuns {

    static final String METER = "serai.routes.exchanges";
    static final String DURATION = "serai.routes.duration";
    static final String DONE = "done";
    static final String FAILED = "failed";

    private static final Duration[] BUCKETS = LongStream.of(
                    5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry meters;
    private final Map<String, Counter> done = new ConcurrentHashMap<>();
    private final Map<String, Counter> failed = new ConcurrentHashMap<>();
    private final Map<String, Timer> durations = new ConcurrentHashMap<>();

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
            durations
                    .computeIfAbsent(route(ended), this::timer)
                    .record(ended.getExchange().getClock().elapsed(), TimeUnit.MILLISECONDS);
        }
    }

    private Timer timer(String route) {
        return Timer.builder(DURATION)
                .description("How long runs of a route took")
                .tag("route", route)
                .serviceLevelObjectives(BUCKETS)
                .register(meters);
    }

    private Counter counter(Map<String, Counter> counters, ExchangeEvent event, String outcome) {
        return counters.computeIfAbsent(
                route(event),
                name -> Counter.builder(METER)
                        .description("Runs of a route that have ended")
                        .tag("route", name)
                        .tag("outcome", outcome)
                        .register(meters));
    }

    private static String route(ExchangeEvent event) {
        var route = event.getExchange().getFromRouteId();
        return route == null ? "none" : route;
    }
}
