// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Looks into the outbox for what other hubs have written and what was relayed, and keeps {@link Backlog} right.
 *
 * <p>Subjects at each poll; the count, which reads every row, after a second at the earliest and never for more than a
 * twentieth of the time.
 */
final class OutboxWatch implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(OutboxWatch.class);
    private static final long COUNT_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int PAUSE_TIMES = 20;

    private final OutboxRows rows;
    private final Backlog backlog;
    private final Duration poll;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile @Nullable Thread thread;
    private long countAt = System.nanoTime();
    private boolean fullLogged;

    OutboxWatch(OutboxRows rows, Backlog backlog, Duration poll) {
        this.rows = rows;
        this.backlog = backlog;
        this.poll = poll;
    }

    @Override
    public void start() {
        var worker = new Thread(this::watch, "outbox-watch");
        worker.setDaemon(true);
        thread = worker;
        worker.start();
    }

    @Override
    public void stop() {
        stopped.countDown();
        thread = null;
    }

    /** As the relay. */
    @Override
    public int getPhase() {
        return -100;
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void watch() {
        try {
            do {
                try {
                    look();
                    count();
                } catch (DataAccessException | TransactionException away) {
                    // the relay says so
                    LOG.debug("outbox cannot be looked at", away);
                } catch (RuntimeException | Error unforeseen) {
                    LOG.error("looking into the outbox stumbled; it goes on", unforeseen);
                }
            } while (!stopped.await(poll.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        var since = System.nanoTime();
        var found = rows.subjects(WaitingSubjects.MAX_SEEN + 1);
        backlog.subjects().looked(since, found.subjects(), found.rows() > WaitingSubjects.MAX_SEEN);
    }

    private void count() {
        var begin = System.nanoTime();
        if (countAt - begin > 0) {
            return;
        }
        backlog.counting();
        backlog.counted(rows.size());
        var end = System.nanoTime();
        countAt = end + Math.max(COUNT_NANOS, PAUSE_TIMES * (end - begin));
        say();
    }

    private void say() {
        var full = backlog.isFull();
        if (full != fullLogged) {
            fullLogged = full;
            var size = backlog.size();
            if (full) {
                LOG.warn(
                        "outbox is full, events are refused until the broker has taken some rows={} bytes={}",
                        size.rows(),
                        size.bytes());
            } else {
                LOG.info("outbox has room again rows={} bytes={}", size.rows(), size.bytes());
            }
        }
    }
}
