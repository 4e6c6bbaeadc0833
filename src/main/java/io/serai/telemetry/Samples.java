// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The last five minutes of counters, one sample a second, from which rates over any window within are read. Thread-safe.
 */
final class Samples {

    private static final int KEPT = 301;

    private record Sample(long nanos, Map<String, Double> counts) {}

    private final LongSupplier nanoClock;
    private final Deque<Sample> samples = new ArrayDeque<>();

    Samples(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Takes a sample of counters that only grow. */
    synchronized void add(Map<String, Double> counts) {
        samples.addLast(new Sample(nanoClock.getAsLong(), counts));
        if (samples.size() > KEPT) {
            samples.removeFirst();
        }
    }

    /**
     * How fast a counter grew over the window, or over the time since the first sample where that is shorter.
     *
     * @return per second; 0 with fewer than two samples
     */
    synchronized double rate(String name, Duration window) {
        var last = samples.peekLast();
        if (last == null) {
            return 0;
        }
        // half a second of slack: samples are not taken exactly each second
        var from = last.nanos() - window.toNanos() - Duration.ofMillis(500).toNanos();
        for (var sample : samples) {
            if (sample.nanos() - from >= 0 && sample.nanos() != last.nanos()) {
                var grown =
                        last.counts().getOrDefault(name, 0.0) - sample.counts().getOrDefault(name, 0.0);
                return Math.round(grown * 1e12 / (last.nanos() - sample.nanos())) / 1000.0;
            }
        }
        return 0;
    }
}
