// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Conflict;
import io.serai.message.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

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

    private static final String SELECT_THOSE = """
            SELECT * FROM event_log WHERE position BETWEEN :low AND :high%s ORDER BY position %s""";

    private static final String SELECT_BOUNDS = """
            SELECT (SELECT min(position) FROM event_log) AS first, position AS last FROM event_log_head WHERE one = 1""";

    private static final String SELECT_STORED_AT = """
            SELECT stored_at FROM event_log WHERE position >= ? ORDER BY position LIMIT 1""";

    private static final String SELECT_SOURCES = """
            SELECT source FROM event_log WHERE id = ? ORDER BY source LIMIT ?""";

    private static final String SELECT_ONE = """
            SELECT * FROM event_log WHERE id = ? AND source = ?""";

    private static final String SELECT_MARK = """
            SELECT stored_at, id, source FROM event_log WHERE position = ?""";

    private final JdbcClient client;
    private final TransactionTemplate transaction;

    /** @param client with a time limit on statements */
    LoggedEvents(JdbcClient client, PlatformTransactionManager transactions) {
        this.client = client;
        this.transaction = new TransactionTemplate(transactions);
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

    /** The present end. */
    LogPosition end() {
        return atOnce(() -> marked(bounds().last()));
    }

    /**
     * Newest first.
     *
     * @param before only positions below this one
     * @param limit most events in the page; fewer where they are large, or far between
     * @throws Conflict where the log has gone back since the position was given
     */
    EventPage page(EventQuery query, LogPosition before, int limit) {
        return atOnce(() -> {
            var bounds = bounds();
            if (!before.equals(LogPosition.END) && !isOfThisLog(before, bounds)) {
                throw new Conflict(
                        "reading event log: it has gone back since the page before, its database was restored"
                                + " or failed over; start again without cursor");
            }
            var low = query.since() == null ? bounds.first() : firstFrom(query.since(), bounds);
            var end = query.until() == null ? bounds.last() + 1 : firstFrom(query.until(), bounds);
            return scanBack(query, low, Math.min(before.position(), end) - 1, limit);
        });
    }

    /**
     * Oldest first, those after a position. Where it is of a log that has gone back, those from where both may differ; where
     * it was purged, from what is left.
     */
    Next after(EventQuery query, LogPosition position, int limit) {
        return atOnce(() -> {
            var bounds = bounds();
            var isOfThisLog = isOfThisLog(position, bounds);
            var from = isOfThisLog
                    ? Math.max(bounds.first() - 1, position.position())
                    : lastInBoth(position.mark(), bounds);
            var high = query.isIndexed() ? bounds.last() : Math.min(bounds.last(), from + WINDOW);
            var found = slice(query, new Bounds(from + 1, high), "ASC", limit, MAX_BODY_BYTES);
            return new Next(
                    found.events(),
                    isOfThisLog ? position : marked(from),
                    marked(found.complete() ? high : found.reached()),
                    bounds.last(),
                    !isOfThisLog);
        });
    }

    private boolean isOfThisLog(LogPosition position, Bounds bounds) {
        if (position.position() > bounds.last()) {
            return false;
        }
        var mark = position.mark();
        var present = mark == null ? null : marked(position.position()).mark();
        return present == null || present.equals(mark);
    }

    private long lastInBoth(LogPosition.@Nullable Mark mark, Bounds bounds) {
        return mark == null ? bounds.last() : firstFrom(mark.before(), bounds) - 1;
    }

    /** Without a mark where no event is there. */
    private LogPosition marked(long position) {
        return new LogPosition(
                position,
                client.sql(SELECT_MARK)
                        .param(position)
                        .query((row, number) -> LogPosition.Mark.of(
                                row.getObject("stored_at", OffsetDateTime.class).toInstant(),
                                row.getString("id"),
                                row.getString("source")))
                        .optional()
                        .orElse(null));
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
                return new EventPage(events, Cursor.before(marked(next)));
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
        var fitting = fitting(sizes, limit, bytes);
        if (fitting == 0) {
            return new Slice(List.of(), within.last(), true);
        }
        var first = sizes.get(0).position();
        var last = sizes.get(fitting - 1).position();
        // a range: a list of positions would be another statement for each number of them, to be planned each time
        var events = client.sql(SELECT_THOSE.formatted(query.condition(), order))
                .param("low", Math.min(first, last))
                .param("high", Math.max(first, last))
                .params(query.narrowings())
                .query(StoredEvent::of)
                .list();
        return new Slice(events, last, fitting == sizes.size());
    }

    /** How many from the first on fit, by number and size; one at least where there is one. */
    private static int fitting(List<Size> sizes, int limit, long bytes) {
        var left = bytes;
        var fitting = 0;
        for (var each : sizes) {
            if (fitting == limit || (fitting > 0 && each.bytes() > left)) {
                break;
            }
            fitting++;
            left -= each.bytes();
        }
        return fitting;
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

    /** On one connection, so from one server: how far the log reaches and what is in it belong together. */
    private <T> T atOnce(Supplier<T> question) {
        // the callback always returns a value
        return reading(() -> Objects.requireNonNull(transaction.execute(status -> question.get())));
    }

    private static <T> T reading(Supplier<T> question) {
        try {
            return question.get();
        } catch (DataAccessException | TransactionException failure) {
            if (Refusal.isOfTheRow(failure)) {
                throw failure;
            }
            throw new Unavailable("reading event log: database cannot serve, try again", failure);
        }
    }

    /** Positions from first to last, both included. */
    record Bounds(long first, long last) {}

    /**
     * What follows a position.
     *
     * @param from the position it follows: the one asked for, or where the log has gone back an earlier one
     * @param reached all up to this position have been looked at
     * @param last how far the log reaches
     * @param hasGoneBack the position asked for is of another log
     */
    record Next(List<StoredEvent> events, LogPosition from, LogPosition reached, long last, boolean hasGoneBack) {}

    /**
     * Some events in a row.
     *
     * @param reached all up to this position have been looked at
     * @param complete whether it holds all that were asked for, not cut by number or size
     */
    record Slice(List<StoredEvent> events, long reached, boolean complete) {}

    private record Size(long position, long bytes) {}
}
