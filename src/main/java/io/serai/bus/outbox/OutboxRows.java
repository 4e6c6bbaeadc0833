// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Event;
import io.serai.message.EventType;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code outbox}: events waiting for the broker, in the order they were written. */
final class OutboxRows {

    /**
     * An event that is to be published, or parked.
     *
     * @param routeVersion of the route that publishes it; absent where none does
     * @param failure the facts of a failure, where it is one to be parked; absent for an event to be published
     */
    record Entry(
            Event event,
            @Nullable String routeVersion,
            @Nullable Map<String, String> failure) {}

    /** What waits. */
    sealed interface Row {

        /** Its place in the order; for one subject the order of the transactions that wrote it. */
        long position();

        @Nullable
        String subject();
    }

    /** A waiting event. */
    record EventRow(long position, Entry entry) implements Row {

        Event event() {
            return entry.event();
        }

        @Override
        public @Nullable String subject() {
            return event().subject();
        }
    }

    /**
     * A row that is no event: another program wrote it, or it was damaged.
     *
     * @param columns those that are text, by name
     */
    @SuppressWarnings("ArrayRecordComponent") // a body is compared by nobody and copied by nobody
    record Unreadable(
            long position, @Nullable String subject, Map<String, String> columns, byte[] data, RuntimeException cause)
            implements Row {}

    /** The subjects of so many rows. */
    record Subjects(Set<String> subjects, int rows) {}

    private static final String INSERT = """
            INSERT INTO outbox (id, source, type, subject, time, datacontenttype, dataschema, extensions, data, route_version,
                failure, timeless)
            VALUES (:id, :source, :type, :subject,
                COALESCE(CAST(:time AS TIMESTAMP WITH TIME ZONE), CURRENT_TIMESTAMP), :datacontenttype, :dataschema, :extensions, :data, :route_version,
                :failure, :timeless)
            """;
    /** The bodies are read only of those that are within the bound in bytes. */
    private static final String SELECT_OLDEST = """
            SELECT position, id, source, type, subject, time, timeless, datacontenttype, dataschema, extensions, data,
                route_version, failure
            FROM outbox WHERE position IN (
                SELECT position FROM (
                    SELECT position, SUM(size) OVER (ORDER BY position) - size AS before FROM (
                        SELECT position, OCTET_LENGTH(data) AS size FROM outbox
                        WHERE refused IS NULL AND (subject IS NULL OR subject NOT IN (:subjects)) AND position NOT IN (:positions)
                        ORDER BY position LIMIT :window) AS sized
                    ) AS summed WHERE before < :bytes)
            ORDER BY position
            """;

    private static final String DELETE = "DELETE FROM outbox WHERE position IN (:positions)";
    private static final String REFUSE = "UPDATE outbox SET refused = :reason WHERE position = :position";
    private static final String REFUSE_NONE = "UPDATE outbox SET refused = NULL WHERE refused IS NOT NULL";
    private static final String SELECT_REFUSED = """
            SELECT position, id, type, OCTET_LENGTH(data) AS bytes, refused FROM outbox WHERE refused IS NOT NULL
            ORDER BY position LIMIT :limit
            """;
    private static final String SELECT_SUBJECTS =
            "SELECT subject FROM outbox WHERE refused IS NULL ORDER BY position LIMIT :limit";
    private static final String SELECT_SIZE = """
            SELECT COUNT(*) AS number, COALESCE(SUM(OCTET_LENGTH(data) + OCTET_LENGTH(extensions)), 0) AS bytes,
                COALESCE(EXTRACT(EPOCH FROM (CURRENT_TIMESTAMP - MIN(CASE WHEN refused IS NULL THEN written_at END))), 0)
                    AS oldest
            FROM outbox
            """;
    private static final List<String> TEXT_COLUMNS = List.of(
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "extensions",
            "route_version",
            "failure");
    private static final TypeReference<Map<String, String>> TEXTS = new TypeReference<>() {};
    private static final TypeReference<Map<String, Object>> ATTRIBUTES = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final NamedParameterJdbcOperations batches;
    private final ObjectMapper json = new ObjectMapper();

    OutboxRows(NamedParameterJdbcOperations jdbc) {
        this.jdbc = JdbcClient.create(jdbc);
        this.batches = jdbc;
    }

    void insert(Entry entry) {
        jdbc.sql(INSERT).params(parameters(entry)).update();
    }

    /** Inserts in that order, in one batch. */
    void insert(List<Event> events) {
        batches.batchUpdate(
                INSERT,
                events.stream()
                        .map(each -> new MapSqlParameterSource(parameters(new Entry(each, null, null))))
                        .toArray(SqlParameterSource[]::new));
    }

    private Map<String, @Nullable Object> parameters(Entry entry) {
        var event = entry.event();
        Map<String, @Nullable Object> row = new HashMap<>();
        row.put("id", event.id());
        row.put("source", event.source());
        row.put("type", event.type().name());
        row.put("subject", event.subject());
        var time = event.time();
        row.put("timeless", time == null);
        row.put(
                "time",
                // cut here: the databases round, and the last of year 9999 would come back as a year that no event has
                time == null ? null : OffsetDateTime.ofInstant(time.truncatedTo(ChronoUnit.MICROS), ZoneOffset.UTC));
        row.put("datacontenttype", event.dataContentType());
        row.put("dataschema", event.dataSchema());
        row.put("extensions", write(event.extensions()));
        row.put("data", event.data());
        row.put("route_version", entry.routeVersion());
        row.put("failure", entry.failure() == null ? null : write(entry.failure()));
        return row;
    }

    /**
     * Reads the oldest rows, leaving out what is held back.
     *
     * @param window most rows
     * @param bytes of bodies, beyond which no further row is read
     * @param subjects held back
     * @param positions held back, of rows without a subject
     */
    List<Row> oldest(int window, long bytes, Collection<String> subjects, Collection<Long> positions) {
        return jdbc.sql(SELECT_OLDEST)
                .param("window", window)
                .param("bytes", bytes)
                // an empty list is no SQL; the empty string is no subject, 0 no position
                .param("subjects", subjects.isEmpty() ? List.of("") : subjects)
                .param("positions", positions.isEmpty() ? List.of(0L) : positions)
                .query(this::row)
                .list();
    }

    void delete(Collection<Long> positions) {
        if (!positions.isEmpty()) {
            jdbc.sql(DELETE).param("positions", positions).update();
        }
    }

    /** Leaves a row out from now on. */
    void refuse(long position, String reason) {
        jdbc.sql(REFUSE).param("reason", reason).param("position", position).update();
    }

    /** The broker may take by now what it has refused. */
    void refuseNone() {
        jdbc.sql(REFUSE_NONE).update();
    }

    /** Reads the oldest that the broker does not take, up to a limit of rows. */
    List<Outbox.RefusedEvent> refused(int limit) {
        return jdbc.sql(SELECT_REFUSED)
                .param("limit", limit)
                .query((row, number) -> new Outbox.RefusedEvent(
                        row.getLong("position"),
                        row.getString("id"),
                        row.getString("type"),
                        row.getLong("bytes"),
                        row.getString("refused")))
                .list();
    }

    /** Reads the subjects of the oldest rows, up to a limit of rows. */
    Subjects subjects(int limit) {
        var subjects = new HashSet<String>();
        var count = new AtomicInteger();
        jdbc.sql(SELECT_SUBJECTS).param("limit", limit).query(row -> {
            count.incrementAndGet();
            var subject = row.getString("subject");
            if (subject != null) {
                subjects.add(subject);
            }
        });
        return new Subjects(subjects, count.get());
    }

    /** Counts; reads every row. */
    Backlog.Size size() {
        return jdbc.sql(SELECT_SIZE)
                .query((row, number) ->
                        new Backlog.Size(row.getLong("number"), row.getLong("bytes"), row.getDouble("oldest")))
                .single();
    }

    private Row row(ResultSet row, int number) throws SQLException {
        try {
            return new EventRow(row.getLong("position"), entry(row));
        } catch (RuntimeException noEvent) {
            return unreadable(row, noEvent);
        }
    }

    private Entry entry(ResultSet row) throws SQLException {
        var failure = row.getString("failure");
        return new Entry(
                new Event(
                        row.getString("id"),
                        row.getString("source"),
                        new EventType(row.getString("type")),
                        row.getString("subject"),
                        row.getBoolean("timeless")
                                ? null
                                : row.getObject("time", OffsetDateTime.class).toInstant(),
                        row.getString("datacontenttype"),
                        row.getString("dataschema"),
                        read(row.getString("extensions"), ATTRIBUTES),
                        row.getBytes("data")),
                row.getString("route_version"),
                failure == null ? null : read(failure, TEXTS));
    }

    private static Unreadable unreadable(ResultSet row, RuntimeException cause) throws SQLException {
        var columns = new HashMap<String, String>();
        for (var name : TEXT_COLUMNS) {
            var text = row.getString(name);
            if (text != null) {
                columns.put(name, text);
            }
        }
        return new Unreadable(row.getLong("position"), row.getString("subject"), columns, row.getBytes("data"), cause);
    }

    private String write(Map<String, ?> texts) {
        try {
            return json.writeValueAsString(texts);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("a map of texts, booleans and integers is always JSON", impossible);
        }
    }

    private <V> Map<String, V> read(String object, TypeReference<Map<String, V>> type) {
        try {
            var read = json.readValue(object, type);
            if (read == null) {
                throw new IllegalStateException("outbox holds null for an object");
            }
            return read;
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("outbox holds what the hub did not write", damaged);
        }
    }
}
