// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.bus.Tally;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What the hubs have counted and not yet entered into the ledger, and which hubs count. */
final class Sheets {

    /** A route that gets nothing to do, and why, without secrets. */
    record FailingInput(String route, String cause) {}

    /** A hub that has gone without a word. */
    record Silent(String hub, long seenAt) {}

    private static final String NOW = "SELECT CURRENT_TIMESTAMP";
    private static final String SEEN = "UPDATE ledger_hub SET seen_at = :at WHERE hub = :hub";
    private static final String APPEAR = "INSERT INTO ledger_hub (hub, seen_at) VALUES (:hub, :at)";
    private static final String INSERT =
            "INSERT INTO ledger_sheet (window_start, kind, name, marks) VALUES (?, ?, ?, ?)";
    private static final String DELETE_READERS = "DELETE FROM ledger_reader WHERE hub = :hub";
    private static final String INSERT_READER = """
            INSERT INTO ledger_reader (hub, queue, route, reading, durable, in_hand, turned_at) VALUES (?, ?, ?, ?, ?, ?, ?)
            """;
    private static final String DELETE_FAILING = "DELETE FROM ledger_failing_input WHERE hub = :hub";
    private static final String INSERT_FAILING =
            "INSERT INTO ledger_failing_input (hub, route, cause) VALUES (?, ?, ?)";
    private static final String SELECT_FAILING =
            "SELECT route, MAX(cause) AS cause FROM ledger_failing_input GROUP BY route ORDER BY route";
    private static final String LEAVE = "DELETE FROM ledger_hub WHERE hub = :hub";
    private static final String SELECT_SILENT = "SELECT hub, seen_at FROM ledger_hub WHERE seen_at < :before";
    private static final String SELECT_OLDEST_SEEN = "SELECT MIN(seen_at) FROM ledger_hub";
    private static final String SELECT_READERS =
            "SELECT queue, route, reading, durable, in_hand, turned_at FROM ledger_reader";
    private static final String SELECT_READ_BY =
            "SELECT queue FROM ledger_reader WHERE hub = :hub AND reading ORDER BY queue";
    private static final String SELECT_CLOSED = """
            SELECT DISTINCT window_start FROM ledger_sheet WHERE window_start <= :last ORDER BY window_start LIMIT :most
            """;
    private static final String LOCK = """
            SELECT position, kind, name, marks FROM ledger_sheet WHERE window_start = :window ORDER BY position FOR UPDATE
            """;
    private static final String DELETE = "DELETE FROM ledger_sheet WHERE position = ?";
    private static final String COUNT = """
            SELECT kind, name, SUM(OCTET_LENGTH(marks)) / 8 AS marks FROM ledger_sheet GROUP BY kind, name
            """;

    private final JdbcTemplate jdbc;
    private final JdbcClient client;
    private final TransactionOperations transaction;

    Sheets(JdbcTemplate jdbc, TransactionOperations transaction) {
        this.jdbc = jdbc;
        this.client = JdbcClient.create(jdbc);
        this.transaction = transaction;
    }

    /** By the database's clock. */
    Instant now() {
        return client.sql(NOW).query(OffsetDateTime.class).single().toInstant();
    }

    /**
     * Writes what a hub has counted, in one transaction.
     *
     * @param until all it has counted up to this time is in these sheets or was in earlier ones
     * @return the time by the database's clock
     */
    Instant write(
            String hub,
            long until,
            List<Tally.Sheet> sheets,
            Collection<QueueReader> readers,
            Collection<FailingInput> failing) {
        return Objects.requireNonNull(transaction.execute(status -> {
            if (client.sql(SEEN).param("at", until).param("hub", hub).update() == 0) {
                client.sql(APPEAR).param("at", until).param("hub", hub).update();
            }
            insert(sheets);
            client.sql(DELETE_READERS).param("hub", hub).update();
            jdbc.batchUpdate(INSERT_READER, readers, 500, (statement, reader) -> {
                statement.setString(1, hub);
                statement.setString(2, reader.queue());
                statement.setString(3, reader.route());
                statement.setBoolean(4, reader.reading());
                statement.setBoolean(5, reader.durable());
                statement.setLong(6, reader.inHand());
                statement.setLong(7, reader.turnedAt());
            });
            client.sql(DELETE_FAILING).param("hub", hub).update();
            jdbc.batchUpdate(INSERT_FAILING, failing, 500, (statement, each) -> {
                statement.setString(1, hub);
                statement.setString(2, each.route());
                statement.setString(3, each.cause());
            });
            return now();
        }));
    }

    private void insert(List<Tally.Sheet> sheets) {
        jdbc.batchUpdate(INSERT, sheets, 500, (statement, sheet) -> {
            statement.setLong(1, sheet.window());
            statement.setString(2, sheet.kind().name());
            statement.setString(3, sheet.name());
            statement.setBytes(4, Marks.bytes(sheet.marks()));
        });
    }

    /** A hub that stops has written all it has counted. */
    void leave(String hub) {
        client.sql(LEAVE).param("hub", hub).update();
    }

    List<Silent> silentSince(long before) {
        return client.sql(SELECT_SILENT)
                .param("before", before)
                .query((row, number) -> new Silent(row.getString("hub"), row.getLong("seen_at")))
                .list();
    }

    /** The queues that a hub was reading. */
    List<String> readBy(String hub) {
        return client.sql(SELECT_READ_BY).param("hub", hub).query(String.class).list();
    }

    /** Notes that counts of these windows are missing. */
    void lose(Collection<Long> windows) {
        insert(windows.stream()
                .map(window -> new Tally.Sheet(Tally.Kind.LOST, "*", window, new long[0]))
                .toList());
    }

    /** Up to when every hub that counts has written what it has counted. */
    long writtenUntil(long now) {
        return client.sql(SELECT_OLDEST_SEEN)
                .query(Long.class)
                .optional()
                .map(seen -> Math.min(seen, now))
                .orElse(now);
    }

    /** In all hubs. */
    List<QueueReader> readers() {
        return client.sql(SELECT_READERS)
                .query((row, number) -> new QueueReader(
                        row.getString("queue"),
                        row.getString("route"),
                        row.getBoolean("reading"),
                        row.getBoolean("durable"),
                        row.getLong("in_hand"),
                        row.getLong("turned_at")))
                .list();
    }

    /** In all hubs, each route once. */
    List<FailingInput> failing() {
        return client.sql(SELECT_FAILING)
                .query((row, number) -> new FailingInput(row.getString("route"), row.getString("cause")))
                .list();
    }

    /** Windows that begin at this time or before and have sheets, oldest first. */
    List<Long> windowsUpTo(long last, int most) {
        return client.sql(SELECT_CLOSED)
                .param("last", last)
                .param("most", most)
                .query(Long.class)
                .list();
    }

    /** Takes the sheets of a window out; in the caller's transaction. */
    List<Tally.Sheet> take(long window) {
        var positions = new HashMap<Long, Tally.Sheet>();
        client.sql(LOCK).param("window", window).query(row -> {
            positions.put(
                    row.getLong("position"),
                    new Tally.Sheet(
                            Tally.Kind.valueOf(row.getString("kind")),
                            row.getString("name"),
                            window,
                            Marks.of(row.getBytes("marks"))));
        });
        jdbc.batchUpdate(DELETE, positions.keySet(), 500, (statement, position) -> statement.setLong(1, position));
        return List.copyOf(positions.values());
    }

    /** How many marks are not yet entered, repeats included, by kind and name. */
    Map<Tally.Kind, Map<String, Long>> counts() {
        var counts = new HashMap<Tally.Kind, Map<String, Long>>();
        client.sql(COUNT).query(row -> {
            counts.computeIfAbsent(Tally.Kind.valueOf(row.getString("kind")), kind -> new HashMap<>())
                    .put(row.getString("name"), row.getLong("marks"));
        });
        return counts;
    }
}
