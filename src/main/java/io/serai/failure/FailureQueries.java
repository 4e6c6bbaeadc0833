// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The failures in the database, as people look for them; newest first. */
final class FailureQueries {

    /**
     * What is asked for; what is null is not asked.
     *
     * @param text part of the subject, the event's id or the failure's message
     */
    record Query(
            @Nullable FailureStatus status,
            @Nullable String group,
            @Nullable String origin,
            @Nullable String route,
            @Nullable String type,
            @Nullable Instant since,
            @Nullable String text) {}

    private static final String COLUMNS = """
            id, position, status, origin, policy, round, tries, postponed, held, duplicates, first_failed_at, last_failed_at, due_at, sent_at,
            ended_at, event_id, event_source, event_type, subject, correlationid, exception, message, route_id, node_id,
            location, host, fingerprint""";
    /** What {@link #with} fills in. */
    static final String WHERE = """
            (CAST(:status AS VARCHAR) IS NULL OR status = :status)
                AND (CAST(:group AS VARCHAR) IS NULL OR fingerprint = :group)
                AND (CAST(:origin AS VARCHAR) IS NULL OR origin = :origin)
                AND (CAST(:route AS VARCHAR) IS NULL OR route_id = :route)
                AND (CAST(:type AS VARCHAR) IS NULL OR event_type = :type)
                AND (CAST(:since AS TIMESTAMP WITH TIME ZONE) IS NULL OR last_failed_at >= :since)
                AND (CAST(:text AS VARCHAR) IS NULL OR LOWER(subject) LIKE :text ESCAPE '!'
                    OR LOWER(event_id) LIKE :text ESCAPE '!' OR LOWER(message) LIKE :text ESCAPE '!')""";

    private static final String SELECT_PAGE = """
            SELECT %s FROM failure
            WHERE position < :before AND %s
            ORDER BY position DESC LIMIT :limit
            """.formatted(COLUMNS, WHERE);
    private static final String SELECT_ONE = "SELECT %s FROM failure WHERE id = :id".formatted(COLUMNS);
    private static final String SELECT_REST = "SELECT properties, trace, cut, body FROM failure WHERE id = :id";
    private static final String SELECT_BODY = "SELECT body FROM failure WHERE id = :id";
    private static final String SELECT_ATTEMPTS = """
            SELECT round, failed_at, host, tries, exception, message FROM failure_attempt
            WHERE failure_id = :id ORDER BY position DESC LIMIT 100
            """;
    private static final String SELECT_GROUPS = """
            SELECT fingerprint, COUNT(*) AS failures, SUM(CASE WHEN status = 'DEAD' THEN 1 ELSE 0 END) AS dead,
                MIN(first_failed_at) AS first, MAX(last_failed_at) AS last, MAX(position) AS newest
            FROM failure WHERE status IN ('RETRYING', 'DEAD', 'RESENT')
            GROUP BY fingerprint ORDER BY MAX(last_failed_at) DESC LIMIT :limit
            """;
    private static final String SELECT_AT = "SELECT %s FROM failure WHERE position = :position".formatted(COLUMNS);
    private static final int SHOWN_BYTES = 64 * 1024;

    private final JdbcClient jdbc;
    private final ObjectMapper json = new ObjectMapper();

    FailureQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** @param before position the page begins before */
    FailureView.Page<FailureView.Summary> page(Query query, long before, int limit) {
        record Row(long position, FailureView.Summary summary) {}
        var rows = with(query, jdbc.sql(SELECT_PAGE))
                .param("before", before)
                .param("limit", limit + 1)
                .query((row, number) -> new Row(row.getLong("position"), summary(row)))
                .list();
        var items = rows.stream().limit(limit).map(Row::summary).toList();
        var next = rows.size() > limit ? Long.toString(rows.get(limit - 1).position()) : null;
        return new FailureView.Page<>(items, next);
    }

    Optional<FailureView.Detail> find(String id) {
        return jdbc.sql(SELECT_ONE)
                .param("id", id)
                .query((row, number) -> summary(row))
                .optional()
                .flatMap(summary -> jdbc.sql(SELECT_REST)
                        .param("id", id)
                        .query((row, number) -> detail(summary, row))
                        .optional());
    }

    Optional<byte[]> body(String id) {
        return jdbc.sql(SELECT_BODY)
                .param("id", id)
                .query((row, number) -> row.getBytes("body"))
                .optional();
    }

    /** Failures that have not ended, by cause, the latest first. */
    List<FailureView.Group> groups(int limit) {
        return jdbc.sql(SELECT_GROUPS)
                .param("limit", limit)
                .query((row, number) -> new FailureView.Group(
                        row.getString("fingerprint"),
                        row.getLong("failures"),
                        row.getLong("dead"),
                        instant(row, "first"),
                        instant(row, "last"),
                        at(row.getLong("newest"))))
                .list();
    }

    /** Fills in {@link #WHERE}. */
    static JdbcClient.StatementSpec with(Query query, JdbcClient.StatementSpec statement) {
        return statement
                .param("status", query.status() == null ? null : query.status().name())
                .param("group", query.group())
                .param("origin", query.origin())
                .param("route", query.route())
                .param("type", query.type())
                .param("since", query.since() == null ? null : query.since().atOffset(ZoneOffset.UTC))
                .param("text", query.text() == null ? null : contains(query.text()));
    }

    private FailureView.Summary at(long position) {
        return jdbc.sql(SELECT_AT)
                .param("position", position)
                .query((row, number) -> summary(row))
                .single();
    }

    private FailureView.Detail detail(FailureView.Summary summary, ResultSet row) throws SQLException {
        var body = row.getBytes("body");
        return new FailureView.Detail(
                summary,
                tree(row.getString("properties")),
                text(body),
                body.length,
                row.getString("trace"),
                row.getString("cut"),
                jdbc.sql(SELECT_ATTEMPTS)
                        .param("id", summary.id())
                        .query((attempt, number) -> new FailureView.Attempt(
                                attempt.getInt("round"),
                                instant(attempt, "failed_at"),
                                attempt.getString("host"),
                                attempt.getInt("tries"),
                                attempt.getString("exception"),
                                attempt.getString("message")))
                        .list());
    }

    private static FailureView.Summary summary(ResultSet row) throws SQLException {
        return new FailureView.Summary(
                row.getString("id"),
                FailureStatus.valueOf(row.getString("status")),
                row.getString("origin"),
                row.getString("policy"),
                row.getInt("round"),
                row.getInt("tries"),
                row.getInt("postponed"),
                row.getBoolean("held"),
                row.getInt("duplicates"),
                instant(row, "first_failed_at"),
                instant(row, "last_failed_at"),
                instantOrNull(row, "due_at"),
                instantOrNull(row, "sent_at"),
                instantOrNull(row, "ended_at"),
                row.getString("event_id"),
                row.getString("event_source"),
                row.getString("event_type"),
                row.getString("subject"),
                row.getString("correlationid"),
                row.getString("exception"),
                row.getString("message"),
                row.getString("route_id"),
                row.getString("node_id"),
                row.getString("location"),
                row.getString("host"),
                row.getString("fingerprint"));
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    private static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        var time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }

    private static String contains(String text) {
        return "%"
                + text.toLowerCase(Locale.ROOT)
                        .replace("!", "!!")
                        .replace("%", "!%")
                        .replace("_", "!_") + "%";
    }

    private JsonNode tree(String text) {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException ours) {
            throw new IllegalStateException("reading the properties of a failure", ours);
        }
    }

    /** A character that the cut goes through is left out. */
    private static @Nullable String text(byte[] body) {
        var length = Math.min(body.length, SHOWN_BYTES);
        while (length < body.length && length > 0 && (body[length] & 0xC0) == 0x80) {
            length--;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(body, 0, length))
                    .toString();
        } catch (CharacterCodingException binary) {
            return null;
        }
    }
}
