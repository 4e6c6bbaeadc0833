// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Reads the log: pages backwards for people, slices forwards for whoever follows it.
 *
 * <p>Where no index finds the events, it scans windows of 20,000 positions for at most about 2 s and then says how far it
 * came; no statement runs for longer than 5 s. Bodies in one answer are bounded in all, one event at least.
 *
 * <p>Every method throws {@link Unavailable} where the database cannot serve.
 */
final class LoggedEvents {

    static final int WINDOW = 20_000;
    static final Duration SCAN_LIMIT = Duration.ofSeconds(2);
    static final Duration STATEMENT_LIMIT = Duration.ofSeconds(5);
    static final long MAX_BODY_BYTES = 8L << 20;

    private static final String SELECT_SIZES = """
            SELECT position, octet_length(data) AS size FROM event_log
            WHERE position BETWEEN :low AND :high%s ORDER BY position %s LIMIT :rows""";

    private static final String SELECT_AT = """
            SELECT * FROM event_log WHERE position IN (:positions) ORDER BY position %s""";

    private static final String SELECT_BOUNDS = """
            SELECT (SELECT min(position) FROM event_log) AS first, position AS last FROM event_log_head WHERE one = 1""";

    private static final String SELECT_STORED_AT = """
            SELECT stored_at FROM event_log WHERE position >= ? ORDER BY position LIMIT 1""";

    private static final String SELECT_SOURCES = """
            SELECT source FROM event_log WHERE id = ? ORDER BY source LIMIT ?""";

    private static final String SELECT_ONE = """
            SELECT * FROM event_log WHERE id = ? AND source = ?""";

    private final JdbcClient client;

    /** @param client with a time limit on statements */
    LoggedEvents(JdbcClient client) {
        this.client = client;
    }

    /** The part of the log that is there; empty when {@code last < first}. */
    Bounds bounds() {
        return reading(() -> client.sql(SELECT_BOUNDS)
                .query((row, number) -> {
                    var last = row.getLong("last");
                    var first = row.getObject("first", Long.class);
                    return new Bounds(first == null ? last + 1 : first, last);
                })
                .single());
    }

    /**
     * Newest first.
     *
     * @param before only positions below this one
     * @param limit most events in the page; fewer where they are large, or far between
     */
    EventPage page(EventQuery query, long before, int limit) {
        return reading(() -> {
            var bounds = bounds();
            var low = query.since() == null ? bounds.first() : firstFrom(query.since(), bounds);
            var end = query.until() == null ? bounds.last() + 1 : firstFrom(query.until(), bounds);
            return scanBack(query, low, Math.min(before, end) - 1, limit);
        });
    }

    /** Oldest first, those after a position and up to {@code last}, which the log must have reached. */
    Slice after(EventQuery query, long position, long last, int limit) {
        return reading(() -> {
            var high = query.isIndexed() ? last : Math.min(last, position + WINDOW);
            var found = slice(query, new Bounds(position + 1, high), "ASC", limit, MAX_BODY_BYTES);
            return found.complete() ? new Slice(found.events(), high, true) : found;
        });
    }

    /** At most {@code limit} sources that have an event of this id. */
    List<String> sourcesOf(String id, int limit) {
        return reading(() -> client.sql(SELECT_SOURCES)
                .param(id)
                .param(limit)
                .query(String.class)
                .list());
    }

    Optional<StoredEvent> find(String id, String source) {
        return reading(() -> client.sql(SELECT_ONE)
                .param(id)
                .param(source)
                .query(StoredEvent::of)
                .optional());
    }

    /** The first position stored at that time or later, by halving: stored_at never falls. */
    long firstFrom(Instant time, Bounds within) {
        return reading(() -> {
            var low = within.first();
            var high = within.last() + 1;
            while (low < high) {
                var middle = (low + high) >>> 1;
                var stored = storedAt(middle);
                if (stored == null || !stored.isBefore(time)) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low;
        });
    }

    private EventPage scanBack(EventQuery query, long low, long from, int limit) {
        var events = new ArrayList<StoredEvent>();
        var bytes = MAX_BODY_BYTES;
        var deadline = System.nanoTime() + SCAN_LIMIT.toNanos();
        for (var high = from; high >= low; ) {
            var bottom = query.isIndexed() ? low : Math.max(low, high - WINDOW + 1);
            var found = slice(query, new Bounds(bottom, high), "DESC", limit - events.size(), bytes);
            events.addAll(found.events());
            bytes -= found.events().stream()
                    .mapToLong(event -> event.data().length)
                    .sum();
            var next = found.complete() ? bottom : found.reached();
            if (next > low && (!found.complete() || events.size() == limit || bytes <= 0 || isPast(deadline))) {
                return new EventPage(events, Cursor.before(next));
            }
            high = next - 1;
        }
        return new EventPage(events, null);
    }

    /** First how large they are, then those that fit: one page of large bodies must not fill the heap. */
    private Slice slice(EventQuery query, Bounds within, String order, int limit, long bytes) {
        var sizes = client.sql(SELECT_SIZES.formatted(query.condition(), order))
                .param("low", within.first())
                .param("high", within.last())
                .param("rows", limit + 1)
                .params(query.narrowings())
                .query((row, number) -> new Size(row.getLong("position"), row.getLong("size")))
                .list();
        var positions = new ArrayList<Long>();
        var left = bytes;
        for (var each : sizes) {
            if (positions.size() == limit || (!positions.isEmpty() && each.bytes() > left)) {
                break;
            }
            positions.add(each.position());
            left -= each.bytes();
        }
        if (positions.isEmpty()) {
            return new Slice(List.of(), within.last(), true);
        }
        var events = client.sql(SELECT_AT.formatted(order))
                .param("positions", positions)
                .query(StoredEvent::of)
                .list();
        return new Slice(events, positions.get(positions.size() - 1), positions.size() == sizes.size());
    }

    /** By the database's clock, which dates the events. */
    Instant now() {
        return reading(() -> client.sql("SELECT CURRENT_TIMESTAMP AS now FROM event_log_head WHERE one = 1")
                .query(OffsetDateTime.class)
                .single()
                .toInstant());
    }

    private @Nullable Instant storedAt(long position) {
        return client.sql(SELECT_STORED_AT)
                .param(position)
                .query(OffsetDateTime.class)
                .optional()
                .map(OffsetDateTime::toInstant)
                .orElse(null);
    }

    private static boolean isPast(long deadline) {
        return System.nanoTime() - deadline >= 0;
    }

    private static <T> T reading(Supplier<T> question) {
        try {
            return question.get();
        } catch (DataAccessException failure) {
            if (Refusal.isOfTheRow(failure)) {
                throw failure;
            }
            throw new Unavailable("reading event log: database cannot serve, try again", failure);
        }
    }

    /** Positions from first to last, both included. */
    record Bounds(long first, long last) {}

    /**
     * Some events in a row.
     *
     * @param reached all up to this position have been looked at
     * @param complete whether it holds all that were asked for, not cut by number or size
     */
    record Slice(List<StoredEvent> events, long reached, boolean complete) {}

    private record Size(long position, long bytes) {}
}
