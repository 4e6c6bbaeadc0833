// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.Recurring;
import io.serai.bus.Retries;
import io.serai.bus.component.RouteRuns;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * Sends failures that are due back to the queue they came from, or runs their route again, at a bounded rate to each.
 *
 * <p>Claim, send, note: a hub that dies between two of these leaves a claim that another takes up when the lease is over;
 * the message may then be in the queue twice, under the same failure and round, and is counted. A broker that takes longer
 * than the lease to confirm has the same effect where there are several hubs.
 */
final class RetrySender implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(RetrySender.class);
    private static final Duration TICK = Duration.ofMillis(250);
    /** Claims of a hub that died are taken up within ten seconds. */
    static final Duration LEASE = Duration.ofSeconds(8);

    private static final Duration AGAIN = Duration.ofSeconds(2);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);

    private final Failures failures;
    private final Retries retries;
    private final RouteRetries routes;
    private final Absences absences;
    private final Jobs jobs;
    private final int mostPerTick;
    private final Duration retention;
    private @Nullable ScheduledThreadPoolExecutor thread;

    RetrySender(Failures failures, Retries retries, RouteRuns runs, Jobs jobs, FailureProperties properties) {
        this.failures = failures;
        this.retries = retries;
        this.absences = new Absences(properties.orphanedAfter());
        this.routes = new RouteRetries(failures, runs, LEASE, absences);
        this.jobs = jobs;
        this.mostPerTick = (int) Math.max(1, properties.rate() * TICK.toMillis() / 1000);
        this.retention = properties.retention();
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the tasks catch what they throw; stop() ends them
    public synchronized void start() {
        // one for each task: sending waits for confirms, which must not cost what is being run its lease
        thread = new ScheduledThreadPoolExecutor(3, new CustomizableThreadFactory("failure-retries-"));
        thread.scheduleWithFixedDelay(recurring(this::sendDue), 0, TICK.toMillis(), TimeUnit.MILLISECONDS);
        thread.scheduleWithFixedDelay(
                recurring(routes::renew), LEASE.toSeconds() / 3, LEASE.toSeconds() / 3, TimeUnit.SECONDS);
        if (!retention.isZero()) {
            thread.scheduleWithFixedDelay(recurring(this::forget), 60, FORGET_EVERY.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private static Recurring recurring(Runnable task) {
        return new Recurring(
                LOG, "failures that are due wait for the database", "retrying failures stumbled; it goes on", task);
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

    /** Releases what jobs let go now, and sends what is due. */
    void sendDue() {
        if (!failures.isAnythingDue()) {
            return;
        }
        jobs.release();
        if (retries.isUp()) {
            failures.originsDue().forEach(this::sendDue);
        }
    }

    private void sendDue(Origin origin) {
        if (origin.isRoute()) {
            routes.run(origin, mostPerTick);
        } else {
            send(origin, failures.claim(origin, mostPerTick, LEASE));
        }
    }

    private void send(Origin origin, List<Failures.Due> due) {
        Map<Boolean, List<Failures.Due>> bySuccess = due.stream()
                .map(each -> new Sending(
                        each,
                        retries.send(
                                origin.name(),
                                each.retried(),
                                each.message().properties(),
                                each.message().body())))
                .toList()
                .stream()
                .collect(Collectors.partitioningBy(
                        Sending::isSafe, Collectors.mapping(Sending::due, Collectors.toList())));
        failures.sent(bySuccess.getOrDefault(true, List.of()));
        refused(origin, bySuccess.getOrDefault(false, List.of()));
    }

    private void refused(Origin origin, List<Failures.Due> due) {
        if (due.isEmpty() || retries.isThere(origin.name())) {
            absences.end(origin);
        } else if (absences.areTooLong(origin)) {
            failures.giveUp(due, "its queue has been gone for " + absences.patience() + "; make it again, and replay");
            return;
        }
        failures.postpone(due, AGAIN);
    }

    private record Sending(Failures.Due due, CompletableFuture<Void> confirm) {

        boolean isSafe() {
            return confirm.handle((safe, refused) -> {
                        if (refused != null) {
                            LOG.debug("a retry was refused failureId={}", due.id(), refused);
                        }
                        return refused == null;
                    })
                    .join();
        }
    }

    private void forget() {
        var more = true;
        while (more && !Thread.currentThread().isInterrupted()) {
            more = failures.forget(retention);
        }
    }
}
