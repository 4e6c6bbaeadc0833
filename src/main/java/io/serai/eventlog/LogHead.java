// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How far the log reaches as far as this hub knows, and the bell that wakes those who follow it.
 *
 * <p>Rung by the log's writer in this hub at once, and by a look at the database for what other hubs store.
 */
final class LogHead {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long position;
    private boolean closed = true;

    /** The hub has stored up to {@code last}; older news changes nothing. */
    void advance(long last) {
        lock.lock();
        try {
            if (last > position) {
                position = last;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Who was told {@code told} has found in the database that the log reaches to {@code last}, which is less where it has
     * gone back. Changes nothing where there is other news since.
     */
    void correct(long told, long last) {
        lock.lock();
        try {
            if (position == told && position != last) {
                position = last;
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    long position() {
        lock.lock();
        try {
            return position;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until the log reaches to another position, beyond or, where it has gone back, before it; until the time is up,
     * or until it closes.
     *
     * @return how far it reaches
     */
    long awaitOther(long seen, Duration limit) throws InterruptedException {
        lock.lock();
        try {
            var left = limit.toNanos();
            while (position == seen && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            return position;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the time is up or it closes, whatever is stored. */
    void pause(Duration limit) throws InterruptedException {
        lock.lock();
        try {
            var left = limit.toNanos();
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    void open() {
        setClosed(false);
    }

    void close() {
        setClosed(true);
    }

    private void setClosed(boolean closing) {
        lock.lock();
        try {
            closed = closing;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
