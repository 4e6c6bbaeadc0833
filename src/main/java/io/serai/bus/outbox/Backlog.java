// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.bus.BusProperties;
import io.serai.message.Event;
import io.serai.message.Unavailable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What this hub knows of the outbox without asking the database: how much is in it, and which subjects wait there.
 *
 * <p>Kept by the hub's own writes and its relay, and set right by what {@link OutboxWatch} reads. What other hubs write is
 * known when it is read next: a subject after {@code serai.bus.outbox.poll}, rows and bytes after a second, or twenty times
 * what counting takes. So the bound may be overshot by what the other hubs write in that time, and by one write (a batch at
 * the most) of each hub. Thread-safe.
 */
final class Backlog {

    /** How much is in the outbox: rows, bytes of bodies and extensions, seconds since the oldest was written. */
    record Size(long rows, long bytes, double oldestSeconds) {}

    private final long maxRows;
    private final long maxBytes;
    private final WaitingSubjects subjects = new WaitingSubjects();

    /** As last counted, and by what this hub has committed and relayed since. */
    private long rows;

    private long bytes;
    private long rowsSinceCounting;
    private long bytesSinceCounting;
    /** Of transactions that are not over. */
    private long openRows;

    private long openBytes;
    private double oldestSeconds;
    private long countedAt = System.nanoTime();

    Backlog(BusProperties.OutboxRelay limits) {
        this.maxRows = limits.maxRows();
        this.maxBytes = limits.maxBytes().toBytes();
    }

    /**
     * Makes room for events that are about to be written; from now on their subjects count as waiting.
     *
     * @return to be told how the transaction ended
     * @throws Unavailable when the outbox is full
     */
    Written write(List<Event> events) {
        long size = 0;
        for (var event : events) {
            size += sizeOf(event);
        }
        synchronized (this) {
            if (isFull()) {
                throw new Unavailable("storing event " + events.get(0).id() + ": the outbox holds " + shownRows()
                        + " rows of " + shownBytes() + " bytes (serai.bus.outbox.max-rows, max-bytes), try again when"
                        + " the broker has taken some");
            }
            openRows += events.size();
            openBytes += size;
        }
        for (var event : events) {
            subjects.writing(event.subject());
        }
        return new Written(events, size);
    }

    /** Whether events of that subject may be in the outbox, so that a later one must not overtake them. */
    boolean mayHold(@Nullable String subject) {
        return subject != null && subjects.mayHold(subject);
    }

    synchronized boolean isFull() {
        return rows + openRows >= maxRows || bytes + openBytes >= maxBytes;
    }

    /** This hub's relay has deleted them. */
    void relayed(List<Event> events) {
        long size = 0;
        for (var event : events) {
            size += sizeOf(event);
        }
        change(-events.size(), -size);
    }

    /** Before the outbox is counted: what is written from now on may be in the count or not. */
    synchronized void counting() {
        rowsSinceCounting = 0;
        bytesSinceCounting = 0;
    }

    /** It was counted. */
    synchronized void counted(Size size) {
        rows = size.rows() + rowsSinceCounting;
        bytes = size.bytes() + bytesSinceCounting;
        oldestSeconds = size.oldestSeconds();
        countedAt = System.nanoTime();
    }

    WaitingSubjects subjects() {
        return subjects;
    }

    synchronized Size size() {
        var counted = shownRows();
        return new Size(
                counted, shownBytes(), counted == 0 ? 0 : oldestSeconds + (System.nanoTime() - countedAt) / 1e9);
    }

    static long sizeOf(Event event) {
        long size = event.data().length;
        for (var extension : event.extensions().entrySet()) {
            size += extension.getKey().length()
                    + extension.getValue().toString().length()
                    + 6L;
        }
        return size + 2;
    }

    private synchronized void change(long moreRows, long moreBytes) {
        rows += moreRows;
        bytes += moreBytes;
        rowsSinceCounting += moreRows;
        bytesSinceCounting += moreBytes;
    }

    private synchronized void close(long closedRows, long closedBytes) {
        openRows -= closedRows;
        openBytes -= closedBytes;
    }

    private long shownRows() {
        return Math.max(0, rows + openRows);
    }

    private long shownBytes() {
        return Math.max(0, bytes + openBytes);
    }

    /** Events in a transaction that is not over; one of the two is called, once. */
    final class Written {

        private final List<Event> events;
        private final long size;

        private Written(List<Event> events, long size) {
            this.events = events;
            this.size = size;
        }

        /** They are in the outbox, or may be: the connection was lost in the commit. */
        void committed() {
            close(events.size(), size);
            change(events.size(), size);
            events.forEach(each -> subjects.written(each.subject(), true));
        }

        /** They are not. */
        void rolledBack() {
            close(events.size(), size);
            events.forEach(each -> subjects.written(each.subject(), false));
        }
    }
}
