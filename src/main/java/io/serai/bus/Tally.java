// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Counts in memory which events this hub has published, and which its subscriptions have dealt with, until the ledger fetches
 * the counts ({@link #drain}).
 *
 * <p>Each message carries the time window it was published in (header {@code serai-window}, milliseconds since 1970), so
 * that all hubs count it in the same one. Nothing is counted before {@link #open}. Bounded: beyond {@value #MAX_MARKS} marks
 * that nobody fetches they are dropped, and their windows are named in sheets of kind {@code LOST}. Thread-safe; a mark takes
 * well under a microsecond.
 */
public final class Tally {

    /** What a mark says of an event. */
    public enum Kind {
        /** The broker has it; by event type. */
        PUBLISHED,
        /** A subscriber has dealt with it; by subscription. */
        DELIVERED,
        /** It failed in a subscriber, and the failures have it; by subscription. */
        FAILED,
        /** Marks of this window were dropped. */
        LOST
    }

    /**
     * Marks of one window.
     *
     * @param window when it begins, milliseconds since 1970
     * @param marks a hash of source and id for each event, in no order, with repeats
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Sheet(Kind kind, String name, long window, long[] marks) {}

    private record Key(Kind kind, String name, long window) {}

    /** Marks that grow. */
    private static final class Marks {
        private long[] all = new long[16];
        private int size;

        void add(long mark) {
            if (size == all.length) {
                all = Arrays.copyOf(all, 2 * size);
            }
            all[size++] = mark;
        }
    }

    static final String HEADER = "serai-window";
    static final int MAX_MARKS = 1_000_000;

    /** A new key takes about the memory of so many marks. */
    private static final int WEIGHT_OF_KEY = 32;

    private static final int MAX_LOST = 10_000;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private Map<Key, Marks> counted = new HashMap<>();
    private TreeSet<Long> lost = new TreeSet<>();
    private int size;
    private volatile long length;
    /** The database's milliseconds since 1970 less this process's own, which never jump. */
    private volatile long offset;

    Tally() {}

    /** Begins to count, in windows of this length, each beginning at a multiple of it. */
    public void open(Duration windows, Instant now) {
        follow(now);
        length = windows.toMillis();
    }

    /** Says what time it is by the clock that all hubs follow. */
    public void follow(Instant now) {
        offset = now.toEpochMilli() - ownMillis();
    }

    /** By the clock that all hubs follow, milliseconds since 1970. */
    public long now() {
        return offset + ownMillis();
    }

    /** When the present window began; 0 while nothing is counted. */
    long window() {
        var current = length;
        return current == 0 ? 0 : now() / current * current;
    }

    /** The window a message was published in; 0 where no hub has published it, or none that counts. */
    static long windowOf(BasicProperties properties) {
        var headers = properties.getHeaders();
        return headers != null && headers.get(HEADER) instanceof Number window ? window.longValue() : 0;
    }

    void published(Event event, long window) {
        add(Kind.PUBLISHED, event.type().name(), window, event);
    }

    void delivered(String subscription, Event event, long window) {
        add(Kind.DELIVERED, subscription, window, event);
    }

    void failed(String subscription, Event event, long window) {
        add(Kind.FAILED, subscription, window, event);
    }

    /** What was counted since the last time; it is the caller's from now on. */
    public List<Sheet> drain() {
        Map<Key, Marks> fetched;
        TreeSet<Long> gone;
        synchronized (this) {
            fetched = counted;
            gone = lost;
            counted = new HashMap<>();
            lost = new TreeSet<>();
            size = 0;
        }
        var sheets = new ArrayList<Sheet>(fetched.size() + gone.size());
        fetched.forEach((key, marks) ->
                sheets.add(new Sheet(key.kind(), key.name(), key.window(), Arrays.copyOf(marks.all, marks.size))));
        gone.forEach(window -> sheets.add(new Sheet(Kind.LOST, "*", window, new long[0])));
        return sheets;
    }

    private void add(Kind kind, String name, long window, Event event) {
        if (window <= 0 || length == 0) {
            return;
        }
        var mark = mark(event.source(), event.id());
        var key = new Key(kind, name, window);
        synchronized (this) {
            var marks = counted.get(key);
            if (size >= MAX_MARKS) {
                lost.add(window);
                if (lost.size() > MAX_LOST) {
                    lost.pollFirst();
                }
                return;
            }
            if (marks == null) {
                marks = new Marks();
                counted.put(key, marks);
                size += WEIGHT_OF_KEY;
            }
            marks.add(mark);
            size++;
        }
    }

    /** FNV-1a over the characters, 64 bits: two of a million events are alike once in some ten million windows. */
    static long mark(String source, String id) {
        return hash(hash(FNV_OFFSET, source) * FNV_PRIME, id);
    }

    private static long hash(long start, String text) {
        var hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    private static long ownMillis() {
        return System.nanoTime() / 1_000_000;
    }
}
