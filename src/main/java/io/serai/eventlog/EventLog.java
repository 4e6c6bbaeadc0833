// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Event;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Appends events to the log, each once by source and id, and forgets the oldest (Message Store).
 *
 * <p>Whoever appends holds the head row until its commit, so position order is commit order, without gaps: a reader that
 * goes on after position N misses nothing, however many hubs write. Safe for many threads; they take turns.
 */
final class EventLog {

    private static final String LOCK_HEAD = """
            SELECT position, stored_at, CURRENT_TIMESTAMP AS now FROM event_log_head WHERE one = 1 FOR UPDATE""";

    private static final String SELECT_KNOWN = """
            SELECT e.id, e.source
            FROM unnest(CAST(? AS VARCHAR ARRAY), CAST(? AS VARCHAR ARRAY)) AS k (id, source)
            JOIN event_log e ON e.id = k.id AND e.source = k.source""";

    private static final String INSERT = """
            INSERT INTO event_log (position, id, source, type, subject, time, datacontenttype, dataschema, extensions,
                data, stored_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

    private static final String ADVANCE_HEAD = """
            UPDATE event_log_head SET position = ?, stored_at = ? WHERE one = 1""";

    private static final String DELETE_BETWEEN = """
            DELETE FROM event_log WHERE position BETWEEN ? AND ?""";

    private final JdbcTemplate jdbc;
    private final JdbcClient client;
    private final TransactionTemplate transaction;

    EventLog(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        this.jdbc = jdbc;
        this.client = JdbcClient.create(jdbc);
        this.transaction = new TransactionTemplate(transactions);
    }

    /**
     * Stores those of the events that are not there yet, in the order given, in one transaction.
     *
     * @throws DataAccessException where nothing is stored; {@link Refusal} tells a bad event from a bad database
     */
    Appended append(List<Event> events) {
        // the callback always returns a value
        return Objects.requireNonNull(transaction.execute(status -> {
            var head = lockHead();
            var fresh = new LinkedHashMap<Key, Event>();
            events.forEach(event -> fresh.putIfAbsent(Key.of(event), event));
            known(fresh).forEach(fresh::remove);
            if (fresh.isEmpty()) {
                return new Appended(0, head.position());
            }
            insert(head, fresh.values());
            var last = head.position() + fresh.size();
            jdbc.update(ADVANCE_HEAD, last, head.now());
            return new Appended(fresh.size(), last);
        }));
    }

    /**
     * Deletes the oldest events.
     *
     * @param upTo last position that may go
     * @param atMost how many in this transaction
     * @return whether there may be more to delete
     */
    boolean purge(long upTo, int atMost) {
        var first = client.sql("SELECT min(position) FROM event_log")
                .query(Long.class)
                .optional();
        if (first.isEmpty() || first.get() > upTo) {
            return false;
        }
        jdbc.update(DELETE_BETWEEN, first.get(), Math.min(upTo, first.get() + atMost - 1));
        return true;
    }

    private Head lockHead() {
        return client.sql(LOCK_HEAD)
                .query((row, number) -> {
                    var last = row.getObject("stored_at", OffsetDateTime.class);
                    var now = row.getObject("now", OffsetDateTime.class);
                    // searching by time relies on it never falling, whatever the database's clock does
                    return new Head(row.getLong("position"), now.isAfter(last) ? now : last);
                })
                .single();
    }

    private List<Key> known(Map<Key, Event> events) {
        var keys = new ArrayList<>(events.keySet());
        var found = new ArrayList<Key>();
        jdbc.query(
                SELECT_KNOWN,
                statement -> {
                    setTexts(statement, 1, keys, Key::id);
                    setTexts(statement, 2, keys, Key::source);
                },
                row -> {
                    found.add(new Key(row.getString(1), row.getString(2)));
                });
        return found;
    }

    private static void setTexts(PreparedStatement statement, int index, List<Key> keys, Function<Key, String> part)
            throws SQLException {
        var texts = keys.stream().map(part).toArray();
        statement.setArray(index, statement.getConnection().createArrayOf("varchar", texts));
    }

    private void insert(Head head, Collection<Event> events) {
        var rows = new ArrayList<Row>(events.size());
        for (var event : events) {
            rows.add(new Row(head.position() + rows.size() + 1, event));
        }
        jdbc.batchUpdate(INSERT, rows, rows.size(), (statement, row) -> {
            var event = row.event();
            statement.setLong(1, row.position());
            statement.setString(2, event.id());
            statement.setString(3, event.source());
            statement.setString(4, event.type().name());
            statement.setString(5, event.subject());
            statement.setString(6, event.time() == null ? null : event.time().toString());
            statement.setString(7, event.dataContentType());
            statement.setString(8, event.dataSchema());
            statement.setString(9, Extensions.write(event.extensions()));
            statement.setBytes(10, event.data());
            statement.setObject(11, head.now());
        });
    }

    /**
     * What an append did.
     *
     * @param stored events that were new
     * @param last position the log reaches to since then
     */
    record Appended(int stored, long last) {}

    private record Head(long position, OffsetDateTime now) {}

    private record Row(long position, Event event) {}

    private record Key(String id, String source) {
        static Key of(Event event) {
            return new Key(event.id(), event.source());
        }
    }
}
