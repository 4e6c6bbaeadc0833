// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads how fast messages go through the hub, by stage and by route, from its meters.
 *
 * <p>The stages mean the same everywhere: <i>generated</i> = events the broker has taken from publishers of this hub, an
 * outbox's included; <i>processed</i> = runs of routes completed; <i>transported</i> = events delivered to subscriptions,
 * one for each; <i>stored</i> = events written to the event log. <i>requests</i> = HTTP requests answered.
 */
public final class Rates {

    private static final Map<String, Duration> WINDOWS = new LinkedHashMap<>();
    private static final List<String> STAGES = List.of("requests", "generated", "processed", "transported", "stored");

    static {
        WINDOWS.put("1s", Duration.ofSeconds(1));
        WINDOWS.put("1m", Duration.ofMinutes(1));
        WINDOWS.put("5m", Duration.ofMinutes(5));
    }

    /**
     * What is shown, per second.
     *
     * <pre>{@code
     * {"all": {"requests": {"1s": 12.0, "1m": 10.5, "5m": 3.1}, "generated": {...}, "processed": {...},
     *          "transported": {...}, "stored": {...}},
     *  "routes": {"greet-user": {"processed": {"1s": 2.0, "1m": 1.5, "5m": 0.3}, "failed": {...}}}}
     * }</pre>
     *
     * @param all stage to window to rate
     * @param routes route to outcome to window to rate
     */
    record Report(Map<String, Map<String, Double>> all, Map<String, Map<String, Map<String, Double>>> routes) {}

    private final MeterRegistry meters;
    private final Samples samples;

    Rates(MeterRegistry meters, Samples samples) {
        this.meters = meters;
        this.samples = samples;
    }

    /** Takes a sample; called each second. */
    void sample() {
        var counts = new HashMap<String, Double>();
        counts.put(
                "requests",
                meters.find("http.server.requests").timers().stream()
                        .mapToDouble(Timer::count)
                        .sum());
        counts.put("generated", sum("serai.bus.published"));
        counts.put("transported", sum("serai.bus.delivered"));
        counts.put("stored", sum("serai.eventlog.stored"));
        double processed = 0;
        for (var runs : meters.find(RouteCounts.METER).counters()) {
            counts.put(key(runs), runs.count());
            processed += RouteCounts.DONE.equals(runs.getId().getTag("outcome")) ? runs.count() : 0;
        }
        counts.put("processed", processed);
        samples.add(Map.copyOf(counts));
    }

    Report report() {
        var all = new LinkedHashMap<String, Map<String, Double>>();
        STAGES.forEach(stage -> all.put(stage, windows(stage)));
        return new Report(all, routes());
    }

    /** Route to outcome (processed, failed) to window (1s, 1m, 5m) to rate; without routes that have not run yet. */
    public Map<String, Map<String, Map<String, Double>>> routes() {
        var routes = new TreeMap<String, Map<String, Map<String, Double>>>();
        for (var runs : meters.find(RouteCounts.METER).counters()) {
            var outcome = RouteCounts.DONE.equals(runs.getId().getTag("outcome")) ? "processed" : "failed";
            routes.computeIfAbsent(String.valueOf(runs.getId().getTag("route")), route -> new TreeMap<>())
                    .put(outcome, windows(key(runs)));
        }
        return routes;
    }

    private Map<String, Double> windows(String name) {
        var rates = new LinkedHashMap<String, Double>();
        WINDOWS.forEach((window, length) -> rates.put(window, samples.rate(name, length)));
        return rates;
    }

    private double sum(String counter) {
        return meters.find(counter).counters().stream()
                .mapToDouble(Counter::count)
                .sum();
    }

    private static String key(Counter runs) {
        return "route " + runs.getId().getTag("route") + " " + runs.getId().getTag("outcome");
    }
}
