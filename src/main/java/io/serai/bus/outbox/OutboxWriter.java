// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.bus.DatabaseAway;
import io.serai.message.Event;
import io.serai.message.HubException;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Writes events of many requests into the outbox with one commit (group commit), in the order in which they came.
 *
 * <p>One thread, one transaction at a time, of what has come meanwhile. Nobody waits for a place: beyond
 * {@value #MAX_QUEUED} writes or 64 MB waiting, a write is refused. Where the database is away, all that waits fails
 * with the first, so that no request waits longer than the pool for a connection.
 */
final class OutboxWriter implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxWriter.class);
    private static final int MAX_QUEUED = 8192;
    private static final long MAX_QUEUED_BYTES = 64L * 1024 * 1024;
    private static final int MAX_ROWS = 1000;
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    /** Events that belong in one transaction, and what their senders wait for. */
    private record Write(List<Event> events, long size, Backlog.Written written, CompletableFuture<Void> done) {}

    private final OutboxRows rows;
    private final Backlog backlog;
    private final TransactionTemplate transactions;
    private final Runnable committed;
    private final BlockingQueue<Write> queue = new ArrayBlockingQueue<>(MAX_QUEUED);
    private final AtomicLong queuedBytes = new AtomicLong();
    /** Of the writer's thread: whether the present transaction came as far as its commit. */
    private boolean inserted;

    private final Worker worker = new Worker();
    private volatile boolean running;

    /** @param committed told after each commit */
    OutboxWriter(OutboxRows rows, Backlog backlog, TransactionTemplate transactions, Runnable committed) {
        this.rows = rows;
        this.backlog = backlog;
        this.transactions = transactions;
        this.committed = committed;
    }

    /**
     * Writes events, all in one transaction.
     *
     * @return completes after the commit, on the writer's thread, which dependent stages must not block; exceptionally with
     *     {@link Unavailable} where the outbox is full, too much waits or the database is away, with {@link Invalid} where
     *     it refuses one of the events
     */
    CompletableFuture<Void> write(List<Event> events) {
        var done = new CompletableFuture<Void>();
        try {
            enqueue(new Write(events, events.stream().mapToLong(Backlog::sizeOf).sum(), backlog.write(events), done));
        } catch (Unavailable full) {
            done.completeExceptionally(full);
        }
        return done;
    }

    private void enqueue(Write write) {
        var queued = queuedBytes.addAndGet(write.size());
        if (!running || (queued > MAX_QUEUED_BYTES && queued > write.size()) || !queue.offer(write)) {
            queuedBytes.addAndGet(-write.size());
            write.written().rolledBack();
            throw new Unavailable("storing event " + write.events().get(0).id()
                    + ": too much waits for the database already, or the hub stops; try again");
        }
    }

    @Override
    public void start() {
        running = true;
        worker.start("outbox-write", this::work);
    }

    /** Writes what is queued, then ends. */
    @Override
    public void stop() {
        running = false;
        worker.join();
    }

    /** As the relay: after the server, whose requests write. */
    @Override
    public int getPhase() {
        return -100;
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void work() {
        try {
            while (running || !queue.isEmpty()) {
                var first = queue.poll(100, TimeUnit.MILLISECONDS);
                if (first != null) {
                    commit(group(first));
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private List<Write> takeAll() {
        var all = new ArrayList<Write>();
        queue.drainTo(all);
        all.forEach(each -> queuedBytes.addAndGet(-each.size()));
        return all;
    }

    private List<Write> group(Write first) {
        var group = new ArrayList<Write>();
        long count = 0;
        long bytes = 0;
        for (@Nullable Write next = first;
                next != null;
                next = count < MAX_ROWS && bytes < MAX_BYTES ? queue.poll() : null) {
            queuedBytes.addAndGet(-next.size());
            group.add(next);
            count += next.events().size();
            bytes += next.size();
        }
        return group;
    }

    private void commit(List<Write> group) {
        try {
            insert(group.stream().flatMap(each -> each.events().stream()).toList());
        } catch (RuntimeException | Error failed) {
            // an error too: nobody else writes, and their senders wait
            if (group.size() > 1 && !DatabaseAway.is(failed)) {
                // one of them is refused, and must not take the others with it
                group.forEach(each -> commit(List.of(each)));
                return;
            }
            // the connection was lost in the commit: whether it took effect is not known
            var unsure = inserted;
            group.forEach(each -> fail(each, failed, unsure));
            if (DatabaseAway.is(failed)) {
                takeAll().forEach(each -> fail(each, failed, false));
            }
            return;
        }
        committed.run();
        for (var each : group) {
            each.written().committed();
            complete(each, null);
        }
    }

    private void insert(List<Event> events) {
        inserted = false;
        transactions.executeWithoutResult(transaction -> {
            rows.insert(events);
            inserted = true;
        });
    }

    private static void fail(Write write, Throwable failed, boolean unsure) {
        if (unsure) {
            write.written().committed();
        } else {
            write.written().rolledBack();
        }
        complete(write, told(write, failed));
    }

    private static HubException told(Write write, Throwable failed) {
        var what = "storing event " + write.events().get(0).id();
        return failed instanceof DataIntegrityViolationException
                ? new Invalid(what + ": the database does not take one of its values", failed)
                : new Unavailable(what + ": neither the broker nor the database takes it now, try again", failed);
    }

    private static void complete(Write write, @Nullable Throwable failure) {
        try {
            if (failure == null) {
                write.done().complete(null);
            } else {
                write.done().completeExceptionally(failure);
            }
        } catch (RuntimeException stumbled) {
            LOG.error("answering after a write to the outbox stumbled; it goes on", stumbled);
        }
    }
}
