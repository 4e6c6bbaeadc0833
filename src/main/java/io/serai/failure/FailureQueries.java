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
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The failures in the database, as people look for them; newest first. */
final class FailureQueries {

    /**
     * What is asked for; what is null is not asked.
     *
     * @param text see {@link Filter#q}
     */
    record Query(
            @Nullable FailureState state,
            @Nullable String group,
            @Nullable String origin,
            @Nullable String route,
            @Nullable String type,
            @Nullable Instant since,
            @Nullable String text) {}

    private static final String COLUMNS = """
            id, position, status, origin, policy, round, tries, postponed, held, replayable, duplicates, first_failed_at, last_failed_at, due_at, sent_at,
            ended_at, event_id, event_source, event_type, subject, correlationid, exception, message, route_id, node_id,
            location, host, fingerprint, exceptions, retryable""";
    /** Messages have no index: so many of the newest failures are looked through. */
    private static final int SEARCHED = 10_000;

    private static final String FOUND = """
            id IN (SELECT failure_id FROM failure_key WHERE key_value = :key
                UNION ALL SELECT id FROM failure WHERE id = :key
                UNION ALL SELECT id FROM (SELECT id, message FROM failure ORDER BY position DESC LIMIT %d) AS newest
                    WHERE LOWER(message) LIKE :text ESCAPE '!')""".formatted(SEARCHED);
    private static final String SELECT_PAGE =
            "SELECT " + COLUMNS + " FROM failure WHERE position < :before AND %s ORDER BY position DESC LIMIT :limit";
    private static final String SELECT_ONE = "SELECT %s FROM failure WHERE id = :id".formatted(COLUMNS);
    private static final int SHOWN_BYTES = 64 * 1024;
    private static final String SELECT_REST = """
            SELECT properties, trace, cut, route_version, partner_status, partner_answer, SUBSTRING(body FROM 1 FOR %d) AS body, OCTET_LENGTH(body) AS size
            FROM failure WHERE id = :id
            """.formatted(SHOWN_BYTES + 4);
    private static final String SELECT_BODY = "SELECT body FROM failure WHERE id = :id";
    private static final String SELECT_ATTEMPTS = """
            SELECT round, failed_at, host, tries, exception, message FROM failure_attempt
            WHERE failure_id = :id ORDER BY position DESC LIMIT 100
            """;
    private static final String SELECT_EDIT = """
            SELECT e.copy_id, e.from_id, e.job_id, e.edited_at, e.who, e.reason, e.changes, f.status
            FROM failure_edit e LEFT JOIN failure f ON f.id = %s WHERE %s = :id
            ORDER BY e.edited_at DESC LIMIT 1
            """;
    private static final String SELECT_GROUPS = """
            SELECT fingerprint, COUNT(*) AS failures, SUM(CASE WHEN status = 'DEAD' THEN 1 ELSE 0 END) AS dead,
                MIN(first_failed_at) AS first, MAX(last_failed_at) AS last, MAX(position) AS newest
            FROM failure WHERE status IN ('RETRYING', 'DEAD', 'RESENT')
            GROUP BY fingerprint ORDER BY MAX(last_failed_at) DESC LIMIT :limit
            """;
    private static final String SELECT_AT = "SELECT %s FROM failure WHERE position IN (:positions)".formatted(COLUMNS);
    private static final int HOURS = 24;
    /** All that failed of these causes for the first time, whatever has become of it, by how many hours ago. */
    private static final String COUNT_BY_HOUR = """
            SELECT fingerprint, ago, COUNT(*) AS failures FROM (
                SELECT fingerprint, CAST(FLOOR((EXTRACT(EPOCH FROM CURRENT_TIMESTAMP)
                    - EXTRACT(EPOCH FROM first_failed_at)) / 3600) AS INTEGER) AS ago
                FROM failure WHERE fingerprint IN (:groups)
                    AND first_failed_at > CURRENT_TIMESTAMP - %d * INTERVAL '1' HOUR) AS lately
            GROUP BY fingerprint, ago
            """.formatted(HOURS);

    private final JdbcClient jdbc;
    private final ObjectMapper json = new ObjectMapper();

    FailureQueries(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The conditions of a question, in SQL; {@link #with} fills them in. Only what is asked stands there, for the indexes. */
    static String where(Query query) {
        var all = new ArrayList<String>();
        all.add("TRUE");
        addIf(all, query.state(), "status = :status");
        addIf(all, query.group(), "fingerprint = :group");
        addIf(all, query.origin(), "origin = :origin");
        addIf(all, query.route(), "route_id = :route");
        addIf(all, query.type(), "event_type = :type");
        addIf(all, query.since(), "last_failed_at >= :since");
        addIf(all, query.text(), FOUND);
        return String.join(" AND ", all);
    }

    private static void addIf(List<String> all, @Nullable Object asked, String condition) {
        if (asked != null) {
            all.add(condition);
        }
    }

    /** @param before position the page begins before */
    FailureView.Page<FailureView.Summary> page(Query query, long before, int limit) {
        record Row(long position, FailureView.Summary summary) {}
        var rows = with(query, jdbc.sql(SELECT_PAGE.formatted(where(query))))
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
                .query((row, number) ->
                        Map.entry(summary(row), List.of(chain(row).split(","))))
                .optional()
                .flatMap(found -> jdbc.sql(SELECT_REST)
                        .param("id", id)
                        .query((row, number) -> detail(found.getKey(), found.getValue(), row))
                        .optional());
    }

    Optional<byte[]> body(String id) {
        return jdbc.sql(SELECT_BODY)
                .param("id", id)
                .query((row, number) -> row.getBytes("body"))
                .optional();
    }

    /** Failures that have not ended, by cause, the latest first. */
    List<FailureView.Group> groups(int limit, Rules.Version rules) {
        record Row(String group, long count, long dead, Instant first, Instant last, long newest) {}
        var rows = jdbc.sql(SELECT_GROUPS)
                .param("limit", limit)
                .query((row, number) -> new Row(
                        row.getString("fingerprint"),
                        row.getLong("failures"),
                        row.getLong("dead"),
                        instant(row, "first"),
                        instant(row, "last"),
                        row.getLong("newest")))
                .list();
        if (rows.isEmpty()) {
            return List.of();
        }
        record Example(FailureView.Summary summary, Rule.Verdict verdict) {}
        var examples = jdbc
                .sql(SELECT_AT)
                .param("positions", rows.stream().map(Row::newest).toList())
                .query((row, number) ->
                        Map.entry(row.getLong("position"), new Example(summary(row), verdict(row, rules))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
        var byHour = byHour(rows.stream().map(Row::group).toList());
        // an example that ended meanwhile and was deleted takes its group with it
        return rows.stream()
                .filter(row -> examples.containsKey(row.newest()))
                .map(row -> {
                    var example = Objects.requireNonNull(examples.get(row.newest()));
                    return new FailureView.Group(
                            row.group(),
                            example.verdict(),
                            row.count(),
                            row.dead(),
                            row.first(),
                            row.last(),
                            byHour.getOrDefault(row.group(), Collections.nCopies(HOURS, 0L)),
                            example.summary());
                })
                .toList();
    }

    private Map<String, List<Long>> byHour(List<String> groups) {
        var byHour = new HashMap<String, List<Long>>();
        jdbc.sql(COUNT_BY_HOUR).param("groups", groups).query(row -> {
            var counts = byHour.computeIfAbsent(
                    row.getString("fingerprint"), group -> new ArrayList<>(Collections.nCopies(HOURS, 0L)));
            // a hub's clock may be ahead of the database's
            var ago = Math.max(0, Math.min(HOURS - 1, row.getInt("ago")));
            counts.set(HOURS - 1 - ago, counts.get(HOURS - 1 - ago) + row.getLong("failures"));
        });
        return byHour;
    }

    private static Rule.Verdict verdict(ResultSet row, Rules.Version rules) throws SQLException {
        var ruled = rules.verdict(chain(row), row.getString("message"), row.getString("route_id"));
        return ruled != null ? ruled : row.getBoolean("retryable") ? Rule.Verdict.RETRYABLE : Rule.Verdict.NEEDS_A_FIX;
    }

    /** Class names from the exception to its first cause, separated by commas. */
    private static String chain(ResultSet row) throws SQLException {
        var chain = row.getString("exceptions");
        return chain == null || chain.isEmpty() ? row.getString("exception") : chain;
    }

    /** Fills in {@link #where}. */
    static JdbcClient.StatementSpec with(Query query, JdbcClient.StatementSpec statement) {
        return statement
                .param("status", query.state() == null ? null : query.state().name())
                .param("group", query.group())
                .param("origin", query.origin())
                .param("route", query.route())
                .param("type", query.type())
                .param("since", query.since() == null ? null : query.since().atOffset(ZoneOffset.UTC))
                .param("key", query.text() == null ? null : SearchKeys.normal(query.text()))
                .param("text", query.text() == null ? null : contains(query.text()));
    }

    private FailureView.Detail detail(FailureView.Summary summary, List<String> exceptions, ResultSet row)
            throws SQLException {
        var size = row.getInt("size");
        var location = summary.location() == null ? "" : summary.location();
        var colon = location.lastIndexOf(':');
        return new FailureView.Detail(
                summary,
                exceptions,
                colon > 0 ? location.substring(0, colon) : null,
                row.getString("route_version"),
                colon > 0 ? number(location.substring(colon + 1)) : null,
                tree(row.getString("properties")),
                text(row.getBytes("body"), size),
                size,
                row.getString("trace"),
                row.getString("cut"),
                row.getObject("partner_status") == null
                        ? null
                        : new FailureView.Partner(row.getInt("partner_status"), row.getString("partner_answer")),
                jdbc.sql(SELECT_ATTEMPTS)
                        .param("id", summary.id())
                        .query((attempt, number) -> new FailureView.Attempt(
                                attempt.getInt("round"),
                                instant(attempt, "failed_at"),
                                attempt.getString("host"),
                                attempt.getInt("tries"),
                                attempt.getString("exception"),
                                attempt.getString("message")))
                        .list(),
                edit(summary.id(), "from_id", "copy_id"),
                edit(summary.id(), "copy_id", "from_id"));
    }

    /** @param other column of the failure at the other end */
    private FailureView.@Nullable Edited edit(String id, String other, String own) {
        return jdbc.sql(SELECT_EDIT.formatted("e." + other, "e." + own))
                .param("id", id)
                .query((row, number) -> {
                    var status = row.getString("status");
                    return new FailureView.Edited(
                            row.getString(other),
                            status == null ? null : FailureState.valueOf(status),
                            "/api/failures/" + row.getString(other),
                            row.getString("job_id"),
                            instant(row, "edited_at"),
                            row.getString("who"),
                            row.getString("reason"),
                            tree(row.getString("changes")));
                })
                .optional()
                .orElse(null);
    }

    private static @Nullable Integer number(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException none) {
            return null;
        }
    }

    private static FailureView.Summary summary(ResultSet row) throws SQLException {
        return new FailureView.Summary(
                row.getString("id"),
                FailureState.valueOf(row.getString("status")),
                row.getString("origin"),
                row.getString("policy"),
                row.getInt("round"),
                row.getInt("tries"),
                row.getInt("postponed"),
                row.getBoolean("held"),
                row.getBoolean("replayable"),
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
    private static @Nullable String text(byte[] body, int size) {
        var length = Math.min(size, SHOWN_BYTES);
        while (length < size && length > 0 && (body[length] & 0xC0) == 0x80) {
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
