// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import io.serai.bus.Recurring;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/** Renews the claims of what is being run, forgets old answers, and has a thread for answers that come late. */
final class Housekeeping implements SmartLifecycle, Executor {

    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    /** A hub that was killed keeps its requests from being run again for so long. */
    static final Duration LEASE = Duration.ofSeconds(15);

    private static final Duration FORGET_EVERY = Duration.ofMinutes(10);

    private final KeptAnswers kept;
    private volatile @Nullable ScheduledThreadPoolExecutor threads;

    Housekeeping(KeptAnswers kept) {
        this.kept = kept;
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the tasks catch what they throw; stop() ends them
    public void start() {
        var started = new ScheduledThreadPoolExecutor(2, new CustomizableThreadFactory("idempotency-"));
        started.scheduleWithFixedDelay(
                recurring(kept::renew), LEASE.toMillis() / 3, LEASE.toMillis() / 3, TimeUnit.MILLISECONDS);
        started.scheduleWithFixedDelay(recurring(kept::forget), 60, FORGET_EVERY.toSeconds(), TimeUnit.SECONDS);
        threads = started;
    }

    private static Recurring recurring(Runnable task) {
        return new Recurring(
                LOG,
                "claims of requests with an Idempotency-Key wait for the database",
                "looking after requests with an Idempotency-Key stumbled; it goes on",
                task);
    }

    @Override
    public void execute(Runnable task) {
        var now = threads;
        if (now == null) {
            throw new RejectedExecutionException("stopping");
        }
        now.execute(task);
    }

    @Override
    public void stop() {
        var ending = threads;
        threads = null;
        if (ending != null) {
            ending.shutdown();
            try {
                // what came late is still kept
                if (!ending.awaitTermination(5, TimeUnit.SECONDS)) {
                    ending.shutdownNow();
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return threads != null;
    }

    /** Before the server and the routes, and stops after them. */
    @Override
    public int getPhase() {
        return -100;
    }
}
