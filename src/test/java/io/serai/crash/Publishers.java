// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Publishes events with ids of its own choice and sends each until it is answered 202, under the same id, as a careful client
 * does: so an event whose answer was lost is published twice. With several hubs it goes to the next where one does not
 * answer.
 */
final class Publishers {

    private static final String SOURCE = "/crash";
    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final List<HubClient> hubs;
    private final String type;
    private final String body;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLong sent = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong unanswered = new AtomicLong();
    private volatile long lastAcceptedAt = System.nanoTime();

    Publishers(List<HubClient> hubs, String type, String body) {
        this.hubs = hubs;
        this.type = type;
        this.body = body;
    }

    Publishers(HubClient hub, String type) {
        this(List.of(hub), type, "{\"n\":1}");
    }

    /** Publishes one event, and returns when it is accepted. */
    void publish() {
        publish(numbers.getAndIncrement());
    }

    /** Likewise, unless so many have been published before. */
    void publishUpTo(int most) {
        long number = numbers.getAndIncrement();
        if (number < most) {
            publish(number);
        }
    }

    private void publish(long number) {
        var id = type + "-" + number;
        for (long attempt = number; !Thread.currentThread().isInterrupted(); attempt++) {
            sent.incrementAndGet();
            try {
                var answer = hubs.get(Math.floorMod(attempt, hubs.size()))
                        .send(
                                "POST",
                                "/api/events",
                                body,
                                "ce-specversion",
                                "1.0",
                                "ce-id",
                                id,
                                "ce-source",
                                SOURCE,
                                "ce-type",
                                type,
                                "ce-subject",
                                id);
                if (answer.statusCode() == 202) {
                    accepted.add(id);
                    lastAcceptedAt = System.nanoTime();
                    return;
                }
                check(
                        answer.statusCode() == 503
                                && answer.headers().firstValue("Retry-After").isPresent(),
                        answer);
                refused.incrementAndGet();
            } catch (IOException noAnswer) {
                unanswered.incrementAndGet();
            }
            LockSupport.parkNanos(AGAIN_NANOS);
        }
    }

    /** Ids answered 202; live. */
    Set<String> accepted() {
        return accepted;
    }

    /** Requests, those for the same event included. */
    long sent() {
        return sent.get();
    }

    /** Requests answered 503 with Retry-After. */
    long refused() {
        return refused.get();
    }

    /** Requests whose connection broke before an answer. */
    long unanswered() {
        return unanswered.get();
    }

    /** {@link System#nanoTime()} of the last 202. */
    long lastAcceptedAt() {
        return lastAcceptedAt;
    }

    /** Returns when so many further events are accepted. */
    void awaitAccepted(int more) {
        var before = accepted.size();
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> accepted.size() >= before + more);
    }

    private static void check(boolean expected, Object answer) {
        if (!expected) {
            throw new AssertionError("publishing: neither 202 nor 503 with Retry-After but " + answer);
        }
    }
}
