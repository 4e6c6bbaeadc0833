// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.serai.bus.Recurring;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Locale;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Shows how many failures have not ended, in the meter {@code serai.failures} by origin (a subscription, {@code queue:NAME} or
 * {@code route:ID}) and state (retrying, resent, dead). The same in all hubs.
 *
 * <p>Asks the database in one query every ten seconds, or less often: at most a twentieth of the time goes into counting. At
 * most 2,000 pairs of origin and state; while the database is away the last ones stay.
 */
final class FailureMeters implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(FailureMeters.class);
    private static final Duration PAUSE = Duration.ofSeconds(10);
    private static final int PAUSE_FOR_COUNTING = 20;
    private static final int MOST_PAIRS = 2_000;
    private static final String COUNT = """
            SELECT origin, status, COUNT(*) AS failures FROM failure WHERE status IN ('RETRYING', 'RESENT', 'DEAD')
            GROUP BY origin, status ORDER BY COUNT(*) DESC LIMIT :most
            """;

    private final JdbcClient jdbc;
    private final MultiGauge failures;
    private final Recurring counting = new Recurring(
            LOG, "meters of failures wait for the database", "counting failures stumbled; it goes on", this::count);
    private @Nullable ScheduledThreadPoolExecutor thread;

    FailureMeters(JdbcClient jdbc, MeterRegistry meters) {
        this.jdbc = jdbc;
        this.failures = MultiGauge.builder("serai.failures")
                .description("Failures that have not ended")
                .register(meters);
    }

    /** Counts them now. */
    void count() {
        var rows = new ArrayList<MultiGauge.Row<?>>();
        jdbc.sql(COUNT)
                .param("most", MOST_PAIRS)
                .query((row, number) ->
                        rows.add(row(row.getString("origin"), row.getString("status"), row.getLong("failures"))))
                .list();
        failures.register(rows, true);
    }

    private static MultiGauge.Row<?> row(String origin, String state, long count) {
        return MultiGauge.Row.of(Tags.of("origin", origin, "state", state.toLowerCase(Locale.ROOT)), count);
    }

    private void countAgain() {
        var begun = System.nanoTime();
        counting.run();
        next(Math.max(PAUSE.toNanos(), PAUSE_FOR_COUNTING * (System.nanoTime() - begun)));
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the task catches what it throws; stop() ends it
    private synchronized void next(long pauseNanos) {
        if (thread != null) {
            thread.schedule(this::countAgain, pauseNanos, TimeUnit.NANOSECONDS);
        }
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            thread = new ScheduledThreadPoolExecutor(1, new CustomizableThreadFactory("failure-meters-"));
            next(0);
        }
    }

    @Override
    public synchronized void stop() {
        if (thread != null) {
            thread.shutdownNow();
            thread = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return thread != null;
    }
}
