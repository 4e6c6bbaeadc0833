// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.bus.Recurring;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Deletes what is older than {@code serai.eventlog.retention}, every hour, in transactions of 1,000 events.
 *
 * <p>Age is by the database's clock. Hubs that purge at the same time do each other no harm. Positions are not used again.
 */
final class EventLogRetention implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(EventLogRetention.class);
    private static final int AT_ONCE = 1000;
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration EVERY = Duration.ofHours(1);

    private final EventLog log;
    private final LoggedEvents events;
    private final Duration retention;
    private @Nullable ScheduledExecutorService thread;

    EventLogRetention(EventLog log, LoggedEvents events, Duration retention) {
        this.log = log;
        this.events = events;
        this.retention = retention;
    }

    /** Deletes all that is too old now, until there is none or the thread is interrupted. */
    void purge() {
        var tooOld = events.firstFrom(events.now().minus(retention), events.bounds()) - 1;
        var more = true;
        while (more && !Thread.currentThread().isInterrupted()) {
            more = log.purge(tooOld, AT_ONCE);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches what it throws; stop() ends it
    public synchronized void start() {
        if (!retention.isZero()) {
            thread = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("event-log-purge-"));
            var purging = new Recurring(
                    LOG,
                    "purging event log: the database is away, in an hour again",
                    "purging event log stumbled, in an hour again",
                    this::purge);
            thread.scheduleWithFixedDelay(purging, FIRST.toSeconds(), EVERY.toSeconds(), TimeUnit.SECONDS);
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
