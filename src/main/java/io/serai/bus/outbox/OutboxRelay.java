// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.Parking;
import io.serai.message.Invalid;
import io.serai.message.Printable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Publishes what is in the outbox, oldest first, at least once, and deletes what the broker has confirmed.
 *
 * <p>One hub at a time relays. It reads a window of rows and publishes the subjects of the window side by side, the
 * events of one subject one after the other: a refused event holds back its subject and nothing else. A crash between
 * confirm and delete publishes again, with the same id.
 */
final class OutboxRelay implements SmartLifecycle {

    /** A row that the broker takes neither as an event nor as a failure. */
    private record Unsendable(long position, Invalid cause) {}

    private static final Logger LOG = LoggerFactory.getLogger(OutboxRelay.class);
    private static final Duration HOLD_BACK = Duration.ofSeconds(1);
    private static final long WINDOW_BYTES = 32L * 1024 * 1024;

    private final OutboxRows rows;
    private final Backlog backlog;
    private final Lease lease;
    private final EventPublisher publisher;
    private final Parking parking;
    private final SetAside setAside;
    private final BusProperties.OutboxRelay limits;
    /** Publishing may wait for a place in flight, which must not hold up the AMQP reader thread. */
    private final ExecutorService confirms = Executors.newSingleThreadExecutor(task -> {
        var worker = new Thread(task, "outbox-confirms");
        worker.setDaemon(true);
        return worker;
    });

    private final Semaphore work = new Semaphore(0);
    private final Map<String, Long> heldSubjects = new HashMap<>();
    private final Map<Long, Long> heldRows = new HashMap<>();
    private final Worker worker = new Worker();
    private volatile boolean running;
    /** When to renew the lease, and when others may have it. */
    private long renewAt = System.nanoTime();

    private volatile long leaseEnds = renewAt;
    private boolean leads;
    private boolean troubleLogged;

    OutboxRelay(
            OutboxRows rows,
            Backlog backlog,
            Lease lease,
            EventPublisher publisher,
            Parking parking,
            BusProperties.OutboxRelay limits) {
        this.rows = rows;
        this.backlog = backlog;
        this.lease = lease;
        this.publisher = publisher;
        this.parking = parking;
        this.setAside = new SetAside(parking);
        this.limits = limits;
    }

    /** Says that there is something to relay; cheap, from any thread. */
    void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    @Override
    public void start() {
        running = true;
        worker.start("outbox-relay", this::relay);
    }

    @Override
    public void stop() {
        running = false;
        work.release();
        worker.join();
    }

    /** Starts after the broker link, stops before it and after the routes that write. */
    @Override
    public int getPhase() {
        return -100;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void relay() {
        while (running) {
            try {
                if (!relayWindow()) {
                    pause();
                }
                troubleLogged = false;
            } catch (DataAccessException | TransactionException away) {
                if (!troubleLogged) {
                    LOG.warn(
                            "outbox cannot be read, trying again cause={}",
                            NestedExceptionUtils.getMostSpecificCause(away).getMessage());
                    troubleLogged = true;
                }
                pause();
            } catch (RuntimeException | Error unforeseen) {
                // an error too: no other thread of this hub relays
                LOG.error("relaying the outbox stumbled; it goes on", unforeseen);
                pause();
            }
        }
        try {
            lease.giveBack();
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("lease runs out by itself", away);
        }
        confirms.shutdown();
    }

    /** Relays one window; false where there was nothing to do or nothing could be done. */
    private boolean relayWindow() {
        if (!publisher.isUp() || !holdsLease()) {
            return false;
        }
        heldSubjects.values().removeIf(until -> until - System.nanoTime() < 0);
        heldRows.values().removeIf(until -> until - System.nanoTime() < 0);
        var window = rows.oldest(limits.window(), WINDOW_BYTES, heldSubjects.keySet(), heldRows.keySet());
        if (window.isEmpty()) {
            return false;
        }
        Queue<OutboxRows.Row> confirmed = new ConcurrentLinkedQueue<>();
        Queue<OutboxRows.Row> held = new ConcurrentLinkedQueue<>();
        Queue<Unsendable> unsendable = new ConcurrentLinkedQueue<>();
        CompletableFuture.allOf(bySubject(window).stream()
                        .map(rowsOfOne -> publishInOrder(rowsOfOne, 0, confirmed, held, unsendable))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
        held.forEach(this::holdBack);
        rows.delete(confirmed.stream().map(OutboxRows.Row::position).toList());
        unsendable.forEach(this::refuse);
        backlog.relayed(confirmed.stream()
                .filter(OutboxRows.EventRow.class::isInstance)
                .map(row -> ((OutboxRows.EventRow) row).event())
                .toList());
        return !confirmed.isEmpty() || !unsendable.isEmpty();
    }

    private void holdBack(OutboxRows.Row refused) {
        var until = System.nanoTime() + HOLD_BACK.toNanos();
        var subject = refused.subject();
        if (subject == null) {
            heldRows.put(refused.position(), until);
        } else {
            heldSubjects.put(subject, until);
        }
    }

    /** Events without a subject need no order, so each stands alone. */
    private static Collection<List<OutboxRows.Row>> bySubject(List<OutboxRows.Row> window) {
        Map<String, List<OutboxRows.Row>> subjects = new LinkedHashMap<>();
        for (var row : window) {
            var subject = row.subject();
            var key = subject == null ? "row " + row.position() : "subject " + subject;
            subjects.computeIfAbsent(key, each -> new ArrayList<>()).add(row);
        }
        return subjects.values();
    }

    /** Not even a failure can hold it: its body is too large for the broker, and stays here. */
    private void refuse(Unsendable row) {
        var reason = String.valueOf(row.cause().getMessage());
        rows.refuse(row.position(), reason);
        LOG.error(
                "outbox row {} is left out and those behind it go: {}; raise the broker's limit and restart the hubs, or"
                        + " delete the row",
                row.position(),
                Printable.of(reason));
    }

    /**
     * Publishes each event when the one before is confirmed, and stops at the first that the broker does not take now. One
     * that it never takes is set aside, and the next goes.
     */
    private CompletableFuture<Void> publishInOrder(
            List<OutboxRows.Row> subject,
            int next,
            Queue<OutboxRows.Row> confirmed,
            Queue<OutboxRows.Row> held,
            Queue<Unsendable> unsendable) {
        // where the confirms took long another hub may relay by now, and must not be overtaken by what it has sent
        // already
        if (next == subject.size() || System.nanoTime() - leaseEnds >= 0) {
            return CompletableFuture.completedFuture(null);
        }
        var row = subject.get(next);
        return sendOrSetAside(row)
                .handle((done, failure) -> failure == null ? Optional.<Throwable>empty() : Optional.of(cause(failure)))
                .thenComposeAsync(
                        failure -> {
                            if (failure.isEmpty()) {
                                confirmed.add(row);
                            } else if (failure.get() instanceof Invalid never) {
                                unsendable.add(new Unsendable(row.position(), never));
                            } else {
                                held.add(row);
                                return CompletableFuture.completedFuture(null);
                            }
                            return publishInOrder(subject, next + 1, confirmed, held, unsendable);
                        },
                        confirms);
    }

    /** Fails with {@link Invalid} where the broker does not take it as a failure either. */
    private CompletableFuture<Void> sendOrSetAside(OutboxRows.Row row) {
        if (row instanceof OutboxRows.Unreadable unreadable) {
            return setAside.park(unreadable);
        }
        var readable = (OutboxRows.EventRow) row;
        return send(readable.entry())
                .handle((done, failure) -> failure != null && cause(failure) instanceof Invalid never
                        ? setAside.park(readable, never)
                        : failure == null ? done() : CompletableFuture.<Void>failedFuture(failure))
                .thenCompose(each -> each);
    }

    private CompletableFuture<Void> send(OutboxRows.Entry entry) {
        // beyond the lease another hub may relay what comes after
        var patience = Duration.ofNanos(leaseEnds - System.nanoTime());
        var facts = entry.failure();
        return facts == null
                ? publisher.publish(entry.event(), entry.routeVersion(), patience)
                : parking.park(entry.event(), facts, patience);
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private static Throwable cause(Throwable failure) {
        var cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    private boolean holdsLease() {
        var now = System.nanoTime();
        if (renewAt - now > 0) {
            return true;
        }
        if (!lease.hold()) {
            leads = false;
            return false;
        }
        if (!leads) {
            rows.refuseNone();
            leads = true;
        }
        // renewed at a third of its time, so that a slow window does not lose it
        renewAt = now + limits.lease().toNanos() / 3;
        leaseEnds = now + limits.lease().toNanos();
        return true;
    }

    private void pause() {
        try {
            if (work.tryAcquire(limits.poll().toMillis(), TimeUnit.MILLISECONDS)) {
                work.drainPermits();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            running = false;
        }
    }
}
