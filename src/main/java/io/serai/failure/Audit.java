// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonRawValue;
import io.serai.message.HubName;
import io.serai.message.Printable;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Remembers what people decided about failures: who, what and why; in the database, and once that is sure in the log. */
final class Audit {

    /** What was done. */
    enum Action {
        REPLAY,
        DISCARD,
        EDIT,
        CANCEL,
        UNDO,
        RULES
    }

    /**
     * A decision.
     *
     * <pre>{@code
     * {"position": 7, "at": "2026-11-21T10:00:00Z", "who": "ann", "action": "REPLAY", "target": "01a1…",
     *  "reason": "the service is mended", "detail": {"group": "9a31…"}, "hub": "crm-host-4711"}
     * }</pre>
     *
     * @param target a job, the failure that was edited, or a version of the rules
     * @param detail what was selected, changed or set, as JSON
     * @param hub that took the decision; null where that was before hubs were noted
     */
    record Entry(
            long position,
            Instant at,
            String who,
            Action action,
            String target,
            String reason,

            @JsonRawValue @Schema(implementation = Object.class)
            String detail,

            @Nullable String hub) {}

    private static final Logger LOG = LoggerFactory.getLogger(Audit.class);
    private static final int LOGGED = 300;
    private static final String INSERT = """
            INSERT INTO failure_audit (noted_at, who, action, target, reason, detail, hub)
            VALUES (CURRENT_TIMESTAMP, :who, :action, :target, :reason, :detail, :hub)
            """;
    private static final String SELECT = """
            SELECT position, noted_at, who, action, target, reason, detail, hub FROM failure_audit
            WHERE position < :before ORDER BY position DESC LIMIT :limit
            """;

    private final JdbcClient jdbc;
    private final HubName hub;

    Audit(JdbcClient jdbc, HubName hub) {
        this.jdbc = jdbc;
        this.hub = hub;
    }

    /** Notes a decision in the transaction that carries it out. */
    void note(String who, Action action, String target, String reason, String detail) {
        jdbc.sql(INSERT)
                .param("who", who)
                .param("action", action.name())
                .param("target", target)
                .param("reason", reason)
                .param("detail", detail)
                .param("hub", hub.value())
                .update();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                LOG.info(
                        "audit who={} action={} target={} reason=\"{}\" detail={}",
                        Printable.of(who, LOGGED),
                        action,
                        target,
                        Printable.of(reason, LOGGED).replace("\"", "'"),
                        Printable.of(detail, LOGGED));
            }
        });
    }

    /** The newest first, before that position. */
    List<Entry> page(long before, int limit) {
        return jdbc.sql(SELECT)
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> new Entry(
                        row.getLong("position"),
                        row.getObject("noted_at", OffsetDateTime.class).toInstant(),
                        row.getString("who"),
                        Action.valueOf(row.getString("action")),
                        row.getString("target"),
                        row.getString("reason"),
                        row.getString("detail"),
                        row.getString("hub")))
                .list();
    }
}
