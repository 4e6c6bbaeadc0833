// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Keeps a message from ending one hub after the other. A message delivered again after a hub has died was perhaps in its
 * hand: it is tried alone, one such message at a time in each hub, so that the next death tells which it is. After
 * {@value #MOST_DEATHS} deaths it is given up.
 *
 * <p>The first death is nobody's in particular. So a message is given up when {@code MOST_DEATHS - 1} hubs have died while
 * they tried it alone. Where the database is away nothing can be noted, and messages are tried as ever.
 */
public final class Suspects {

    /** So many deaths are the message's doing. */
    public static final int MOST_DEATHS = 3;

    private static final Logger LOG = LoggerFactory.getLogger(Suspects.class);
    private static final long RENEW_MILLIS = 1000;
    private static final long FORGET_MINUTES = 10;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** What is to be done with a message. */
    public enum Verdict {
        TRY,
        GIVE_UP,
        /** Whoever has it may not go on. */
        LEAVE
    }

    /**
     * What came of asking.
     *
     * @param end to be called, once or more, when the message is dealt with in whatever way
     */
    public record Trial(Verdict verdict, Runnable end) {}

    /** Nothing is noted of it. */
    private static final Trial UNTRIED = new Trial(Verdict.TRY, () -> {});

    private static final Trial GIVE_UP = new Trial(Verdict.GIVE_UP, () -> {});
    private static final Trial LEAVE = new Trial(Verdict.LEAVE, () -> {});

    private final HubLives lives;
    private final ScheduledExecutorService timer;
    private final long turnNanos;
    private final Semaphore turn = new Semaphore(1);
    private volatile long takenAt;
    private volatile boolean anotherDied;

    /**
     * @param turn for so long the others wait for a message that is tried alone; it may take longer for reasons of its own
     */
    Suspects(HubLives lives, ScheduledExecutorService timer, Duration turn) {
        this.lives = lives;
        this.timer = timer;
        this.turnNanos = turn.toNanos();
    }

    void start() {
        renew();
        timer.scheduleWithFixedDelay(this::renew, RENEW_MILLIS, RENEW_MILLIS, TimeUnit.MILLISECONDS);
        timer.scheduleWithFixedDelay(() -> quietly(lives::forget), 1, FORGET_MINUTES, TimeUnit.MINUTES);
    }

    void stop() {
        timer.shutdownNow();
        quietly(lives::end);
    }

    /** Whether a message that was delivered before may have been in the hand of a hub that died. */
    public boolean areAbout() {
        return anotherDied;
    }

    /**
     * Waits for its turn, and notes that the message is tried alone.
     *
     * @param message the same for each delivery of it
     * @param goesOn false when whoever has the message stops
     */
    public Trial begin(String message, BooleanSupplier goesOn) {
        try {
            var deaths = deaths(message, goesOn);
            if (deaths == null) {
                return LEAVE;
            }
            if (deaths >= MOST_DEATHS - 1) {
                return GIVE_UP;
            }
            return take(message, goesOn);
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("a message is tried without a note of it message={}", message, away);
            return UNTRIED;
        }
    }

    /** How many hubs have died of it alone; null where its holder stops. A hub that does not answer may yet live. */
    private @Nullable Long deaths(String message, BooleanSupplier goesOn) {
        while (goesOn.getAsBoolean()) {
            var trials = lives.trialsOf(message);
            if (!trials.contains(false)) {
                return (long) trials.size();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return null;
    }

    private Trial take(String message, BooleanSupplier goesOn) {
        while (!turn.tryAcquire()) {
            if (!goesOn.getAsBoolean()) {
                return LEAVE;
            }
            if (System.nanoTime() - takenAt > turnNanos) {
                return UNTRIED;
            }
            LockSupport.parkNanos(LOOK_NANOS / 20);
        }
        takenAt = System.nanoTime();
        var ended = new AtomicBoolean();
        var trial = new Trial(Verdict.TRY, () -> {
            if (ended.compareAndSet(false, true)) {
                lives.tried();
                turn.release();
            }
        });
        try {
            lives.tries(message);
            return trial;
        } catch (DataAccessException | TransactionException away) {
            trial.end().run();
            throw away;
        }
    }

    private void renew() {
        quietly(() -> {
            lives.renew();
            anotherDied = lives.hasAnotherDied();
        });
    }

    private static void quietly(Runnable look) {
        try {
            look.run();
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("hubs are not looked at while the database is away", away);
        } catch (RuntimeException unforeseen) {
            // thrown on, it would be the last time
            LOG.error("looking at other hubs stumbled; it goes on", unforeseen);
        }
    }
}
