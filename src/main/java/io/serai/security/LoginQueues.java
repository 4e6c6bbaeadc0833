// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Queues of password checks, one for each address and name, and one for all names that nobody has.
 *
 * <p>Each queue has at most one check among those that wait for a core, so no queue gets more than its share. Counts of wrong
 * passwords and queues are forgotten after a minute, and there are at most 10,000 of each. Thread-safe.
 */
final class LoginQueues {

    static final Duration REMEMBERED = Duration.ofMinutes(1);
    static final int MOST_WRONG = 10;

    private static final int MOST_WAITING = 32;
    private static final int MOST_QUEUES = 10_000;

    private final Semaphore cores;
    private final Duration patience;
    private final Cache<Caller, Semaphore> queues;
    private final Cache<Caller, AtomicInteger> wrong;

    LoginQueues(int checksAtOnce, Duration patience, Clock clock) {
        this.cores = new Semaphore(checksAtOnce, true);
        this.patience = patience;
        this.queues = Caffeine.newBuilder()
                .maximumSize(MOST_QUEUES)
                .expireAfterAccess(REMEMBERED)
                .build();
        this.wrong = Caffeine.newBuilder()
                .maximumSize(MOST_QUEUES)
                .expireAfterWrite(REMEMBERED)
                .ticker(() -> TimeUnit.MILLISECONDS.toNanos(clock.millis()))
                .build();
    }

    /**
     * Runs a check when it is its turn.
     *
     * @param name of a user, empty for a name that nobody has
     * @param check gives nothing for a wrong password
     * @throws LoginsBusy when too many wait, the turn does not come in time, or too many were wrong
     */
    @Nullable
    Account run(String address, String name, Supplier<@Nullable Account> check) {
        var caller = new Caller(address, name);
        if (isOver(caller)) {
            throw new LoginsBusy();
        }
        var queue = queues.get(name.isEmpty() ? Caller.STRANGERS : caller, any -> new Semaphore(1, true));
        if (queue.getQueueLength() >= MOST_WAITING) {
            throw new LoginsBusy();
        }
        var end = System.nanoTime() + patience.toNanos();
        acquire(queue, end);
        try {
            acquire(cores, end);
            try {
                return counted(caller, check);
            } finally {
                cores.release();
            }
        } finally {
            queue.release();
        }
    }

    private @Nullable Account counted(Caller caller, Supplier<@Nullable Account> check) {
        // others of the same caller may have been wrong while this one waited
        if (isOver(caller)) {
            throw new LoginsBusy();
        }
        var account = check.get();
        if (account == null) {
            wrong.get(caller, any -> new AtomicInteger()).incrementAndGet();
        } else {
            wrong.invalidate(caller);
        }
        return account;
    }

    private boolean isOver(Caller caller) {
        var count = wrong.getIfPresent(caller);
        return count != null && count.get() >= MOST_WRONG;
    }

    private static void acquire(Semaphore semaphore, long end) {
        try {
            if (!semaphore.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new LoginsBusy();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LoginsBusy();
        }
    }

    /** Who sends passwords for which user. */
    private record Caller(String address, String name) {

        static final Caller STRANGERS = new Caller("", "");
    }
}
