// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table {@code ledger}: what each subscription was owed in each closed window, and what has become of it. */
final class Lines {

    /**
     * Which lines are wanted; each part narrows it.
     *
     * @param since windows that begin then or later
     * @param before lines after this one in the order of the list, youngest first and then by subscription
     */
    record Query(
            @Nullable String subscription,
            LedgerLine.@Nullable State state,
            @Nullable Instant since,
            @Nullable Cursor before) {}

    private static final String LOCK = """
            SELECT subscription, published, delivered, duplicates, open, failures, uncertain FROM ledger
            WHERE window_start = :window FOR UPDATE
            """;
    private static final String INSERT = """
            INSERT INTO ledger (window_start, subscription, published, delivered, duplicates, missing, failed, open, failures,
                waiting, uncertain, state)
            VALUES (:window, :subscription, :published, :delivered, :duplicates, :missing, :failed, :open, :failures,
                :missing, :uncertain, :state)
            """;
    /** What changes is no longer a difference that stays. */
    private static final String UPDATE = """
            UPDATE ledger SET since = CASE WHEN missing = :missing THEN since END,
                waiting = CASE WHEN missing = :missing THEN waiting ELSE :missing END,
                state = CASE WHEN missing = :missing THEN state ELSE :state END,
                delivered = :delivered, duplicates = :duplicates, missing = :missing, failed = :failed, open = :open,
                failures = :failures, uncertain = :uncertain
            WHERE window_start = :window AND subscription = :subscription
            """;

    private static final String DOUBT =
            "UPDATE ledger SET uncertain = TRUE WHERE missing > 0 AND subscription IN (:subscriptions)";
    private static final String SELECT_MISSING = """
            SELECT window_start, subscription, missing, waiting, uncertain, since, state FROM ledger
            WHERE missing > 0 ORDER BY subscription, window_start DESC
            """;
    private static final String JUDGE = """
            UPDATE ledger SET waiting = ?, since = ?, state = ? WHERE window_start = ? AND subscription = ? AND missing = ?
            """;
    private static final String SELECT_ALARMS = """
            SELECT subscription, SUM(missing - waiting) AS difference, MIN(window_start) AS first, MAX(window_start) AS last
            FROM ledger WHERE missing > 0 AND state = 'ALARM' GROUP BY subscription ORDER BY subscription
            """;
    private static final String SELECT_OLDEST_WAITING = """
            SELECT subscription, MIN(window_start) AS first FROM ledger WHERE missing > 0 AND waiting > 0
            GROUP BY subscription
            """;
    private static final String SELECT_PAGE = """
            SELECT window_start, subscription, published, delivered, duplicates, missing, failed, waiting, uncertain, since,
                state
            FROM ledger WHERE 1 = 1%s ORDER BY window_start DESC, subscription LIMIT :limit
            """;
    private static final String FORGET = "DELETE FROM ledger WHERE window_start < :before";
    private static final String FORGET_REMOVED =
            "DELETE FROM ledger WHERE subscription NOT IN (SELECT name FROM subscription)";

    /** What is in the ledger of a window and a subscription. */
    record Entry(Account account, boolean uncertain) {}

    /** Events of a subscription that are nowhere. */
    record Alarm(String subscription, long difference, Instant first, Instant last) {}

    private final JdbcTemplate jdbc;
    private final JdbcClient client;

    Lines(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        this.client = JdbcClient.create(jdbc);
    }

    /** By subscription; in the caller's transaction. */
    Map<String, Entry> lock(long window) {
        var entries = new HashMap<String, Entry>();
        client.sql(LOCK).param("window", window).query(row -> {
            entries.put(
                    row.getString("subscription"),
                    new Entry(
                            new Account(
                                    row.getLong("published"),
                                    row.getLong("delivered"),
                                    row.getLong("duplicates"),
                                    Marks.of(row.getBytes("open")),
                                    Marks.of(row.getBytes("failures"))),
                            row.getBoolean("uncertain")));
        });
        return entries;
    }

    void insert(long window, String subscription, Entry entry) {
        write(INSERT, window, subscription, entry)
                .param("published", entry.account().published())
                .update();
    }

    void update(long window, String subscription, Entry entry) {
        write(UPDATE, window, subscription, entry).update();
    }

    private JdbcClient.StatementSpec write(String sql, long window, String subscription, Entry entry) {
        var account = entry.account();
        var state = account.missing() == 0 ? LedgerLine.State.BALANCED : LedgerLine.State.WAITING;
        return client.sql(sql)
                .param("window", window)
                .param("subscription", subscription)
                .param("delivered", account.delivered())
                .param("duplicates", account.duplicates())
                .param("missing", account.missing())
                .param("failed", account.failed())
                .param("open", Marks.bytes(account.open()))
                .param("failures", Marks.bytes(account.failures()))
                .param("uncertain", entry.uncertain())
                .param("state", state.name());
    }

    /** What is missing for them may have been dealt with by a hub that could not say so. */
    void doubt(Collection<String> subscriptions) {
        if (!subscriptions.isEmpty()) {
            client.sql(DOUBT).param("subscriptions", subscriptions).update();
        }
    }

    /** Those in which something is missing, by subscription, youngest first. */
    List<Line> missing() {
        return client.sql(SELECT_MISSING)
                .query((row, number) -> new Line(
                        row.getLong("window_start"),
                        row.getString("subscription"),
                        row.getLong("missing"),
                        row.getLong("waiting"),
                        row.getBoolean("uncertain"),
                        row.getObject("since", Long.class),
                        LedgerLine.State.valueOf(row.getString("state"))))
                .list();
    }

    void judge(Collection<Line> lines) {
        jdbc.batchUpdate(JUDGE, lines, 500, (statement, line) -> {
            statement.setLong(1, line.waiting());
            statement.setObject(2, line.since(), java.sql.Types.BIGINT);
            statement.setString(3, line.state().name());
            statement.setLong(4, line.window());
            statement.setString(5, line.subscription());
            statement.setLong(6, line.missing());
        });
    }

    List<Alarm> alarms() {
        return client.sql(SELECT_ALARMS)
                .query((row, number) -> new Alarm(
                        row.getString("subscription"),
                        row.getLong("difference"),
                        Instant.ofEpochMilli(row.getLong("first")),
                        Instant.ofEpochMilli(row.getLong("last"))))
                .list();
    }

    /** Start of the oldest window of which something waits, by subscription, in milliseconds since 1970. */
    Map<String, Long> oldestWaiting() {
        var oldest = new HashMap<String, Long>();
        client.sql(SELECT_OLDEST_WAITING)
                .query((row, number) -> oldest.put(row.getString("subscription"), row.getLong("first")))
                .list();
        return oldest;
    }

    /** Youngest first, then by subscription. */
    List<LedgerLine> page(Query query, int limit, Duration window) {
        var condition = new StringBuilder();
        var parameters = new HashMap<String, Object>();
        if (query.subscription() != null) {
            condition.append(" AND subscription = :subscription");
            parameters.put("subscription", query.subscription());
        }
        if (query.state() != null) {
            condition.append(" AND state = :state");
            parameters.put("state", query.state().name());
        }
        if (query.since() != null) {
            condition.append(" AND window_start >= :since");
            parameters.put("since", query.since().toEpochMilli());
        }
        if (query.before() != null) {
            condition.append(" AND (window_start < :window OR (window_start = :window AND subscription > :after))");
            parameters.put("window", query.before().window());
            parameters.put("after", query.before().subscription());
        }
        return client.sql(SELECT_PAGE.formatted(condition))
                .params(parameters)
                .param("limit", limit)
                .query((row, number) -> line(row, window))
                .list();
    }

    private static LedgerLine line(ResultSet row, Duration window) throws SQLException {
        var from = Instant.ofEpochMilli(row.getLong("window_start"));
        var since = row.getObject("since", Long.class);
        return new LedgerLine(
                from,
                from.plus(window),
                row.getString("subscription"),
                row.getLong("published"),
                row.getLong("delivered"),
                row.getLong("failed"),
                row.getLong("waiting"),
                row.getLong("duplicates"),
                row.getLong("missing") - row.getLong("waiting"),
                row.getBoolean("uncertain"),
                LedgerLine.State.valueOf(row.getString("state")),
                since == null ? null : Instant.ofEpochMilli(since));
    }

    /** Deletes windows that began before, and those of subscriptions that are no more. */
    void forget(long before) {
        client.sql(FORGET).param("before", before).update();
        client.sql(FORGET_REMOVED).update();
    }
}
