// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends at a fixed rate, however slow the hub is: the next is sent when it is due, whether or not those before have been
 * answered, and a latency begins when it was due. No more than {@value #MOST_UNDER_WAY} are under way, as connections are
 * not without end; those that are due beyond wait, and their latency counts it.
 */
final class OpenLoad {

    private static final int MOST_UNDER_WAY = 256;
    private static final Duration ANSWERED = Duration.ofSeconds(60);

    private final ExecutorService sender = Executors.newSingleThreadExecutor();
    private final Semaphore underWay = new Semaphore(MOST_UNDER_WAY);
    private final Queue<Answered> answered = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean running = true;

    /** Sends one; the future fails where the answer is not as it should be. */
    @FunctionalInterface
    interface Sending {
        CompletableFuture<?> send(String id);
    }

    /** When it was due and when it was answered, as of {@link System#nanoTime}. */
    record Answered(String id, long due, long at) {}

    /** Begins at once. */
    OpenLoad(String prefix, int perSecond, Sending sending) {
        var begun = System.nanoTime();
        sender.execute(() -> {
            for (long number = 0; running; number++) {
                var due = begun + number * TimeUnit.SECONDS.toNanos(1) / perSecond;
                for (long early; (early = due - System.nanoTime()) > 0; ) {
                    LockSupport.parkNanos(early);
                }
                send(sending, prefix + number, due);
            }
        });
    }

    private void send(Sending sending, String id, long due) {
        underWay.acquireUninterruptibly();
        sending.send(id).whenComplete((answer, failure) -> {
            if (failure == null) {
                answered.add(new Answered(id, due, System.nanoTime()));
            } else {
                failures.add(id + " " + failure);
            }
            underWay.release();
        });
    }

    /** Sends no more, and returns when all have been answered. */
    void stop() throws InterruptedException {
        running = false;
        sender.shutdown();
        assertThat(sender.awaitTermination(ANSWERED.toSeconds(), TimeUnit.SECONDS))
                .isTrue();
        await().atMost(ANSWERED).until(() -> underWay.availablePermits() == MOST_UNDER_WAY);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Those that were answered as they should be. */
    List<Answered> answered() {
        return List.copyOf(answered);
    }

    /** Those that were due in the time between. */
    Measured between(long begun, long ended) {
        var latencies = answered.stream()
                .filter(each -> each.due >= begun && each.due < ended)
                .map(each -> TimeUnit.NANOSECONDS.toMillis(each.at - each.due))
                .sorted()
                .toList();
        return new Measured(latencies, latencies.size() * 1e9 / (ended - begun));
    }

    /** Latencies in milliseconds, least first. */
    record Measured(List<Long> latencies, double perSecond) {

        /** The latency that so much of a hundred do not exceed. */
        long percentile(int percent) {
            return latencies.get((latencies.size() - 1) * percent / 100);
        }
    }
}
