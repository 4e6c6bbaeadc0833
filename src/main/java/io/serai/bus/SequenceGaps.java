// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which sequences were passed over in a subscription that keeps the latest of each subject. */
public final class SequenceGaps {

    /**
     * A run of sequences that has not come.
     *
     * <pre>{@code
     * {"subscription": "export-user-to-crm", "subject": "42", "first": 3, "last": 4, "since": "2026-11-21T10:00:00Z"}
     * }</pre>
     *
     * @param first not come
     * @param last not come; the one after it has been applied
     * @param since when that was, by the database's clock
     */
    public record Gap(String subscription, String subject, long first, long last, Instant since) {}

    private static final String SELECT = """
            SELECT subscription, subject, first, last, since FROM sequence_gap
            WHERE subscription > :subscription OR (subscription = :subscription AND
                (subject > :subject OR (subject = :subject AND first > :first)))
            ORDER BY subscription, subject, first LIMIT :limit
            """;
    private static final String COUNT_OLD = """
            SELECT subscription, COUNT(*) AS gaps FROM sequence_gap
            WHERE since <= CURRENT_TIMESTAMP - CAST(:millis AS INTEGER) * INTERVAL '0.001' SECOND GROUP BY subscription
            """;

    private final JdbcClient jdbc;

    SequenceGaps(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** In the order of subscription, subject and sequence, those after that one. */
    List<Gap> after(String subscription, String subject, long first, int limit) {
        return jdbc.sql(SELECT)
                .param("subscription", subscription)
                .param("subject", subject)
                .param("first", first)
                .param("limit", limit)
                .query((row, number) -> new Gap(
                        row.getString("subscription"),
                        row.getString("subject"),
                        row.getLong("first"),
                        row.getLong("last"),
                        row.getObject("since", OffsetDateTime.class).toInstant()))
                .list();
    }

    /** By subscription, how many there are that have stayed for at least so long (up to 24 days). */
    public Map<String, Long> olderThan(Duration age) {
        var counts = new HashMap<String, Long>();
        jdbc.sql(COUNT_OLD).param("millis", age.toMillis()).query(row -> {
            counts.put(row.getString("subscription"), row.getLong("gaps"));
        });
        return counts;
    }
}
