// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Conflict;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Edited copies of failures in the database. The copy stands in for the failure it was made of, which is {@link
 * FailureState#EDITED} and never sent again; it ends as the copy ends. Each method runs in its caller's transaction.
 */
final class Edits {

    private record Old(FailureState state, boolean replayable, FailedMessage message) {}

    private static final String LOCK =
            "SELECT status, replayable, properties, body FROM failure WHERE id = :id FOR UPDATE";
    private static final String SELECT_ROOT = "SELECT root_id FROM failure_edit WHERE copy_id = :id";
    private static final String LEAVE = "UPDATE failure SET status = 'EDITED', due_at = NULL WHERE id = :id";
    private static final String COPY = """
            INSERT INTO failure (id, status, origin, policy, round, tries, duplicates, first_failed_at, last_failed_at,
                event_id, event_source, event_type, subject, correlationid, content_type, properties, body,
                exception, exceptions, retryable, message, trace, cut, route_id, route_version, node_id, location, host, fingerprint,
                partner_status, partner_answer,
                edited_from)
            SELECT :copy, 'DEAD', origin, policy, 0, 0, 0, first_failed_at, last_failed_at,
                :eventId, event_source, :eventType, :subject, :correlationid, :contentType, :properties, :body,
                exception, exceptions, retryable, message, trace, cut, route_id, route_version, node_id, location, host, fingerprint,
                partner_status, partner_answer,
                id
            FROM failure WHERE id = :id
            """;
    private static final String INSERT = """
            INSERT INTO failure_edit (copy_id, from_id, root_id, job_id, edited_at, who, reason, changes)
            VALUES (:copy, :id, :root, :job, CURRENT_TIMESTAMP, :who, :reason, :changes)
            """;
    /** The failures that copies stand in for: all that were edited in their chain. */
    private static final String STOOD_FOR = """
            id IN (SELECT from_id FROM failure_edit WHERE root_id IN
                (SELECT root_id FROM failure_edit WHERE copy_id IN (:copies)))""";

    private static final String END = """
            UPDATE failure SET status = :status, due_at = NULL, ended_at = CURRENT_TIMESTAMP
            WHERE status = 'EDITED' AND %s
            """.formatted(STOOD_FOR);
    private static final String UNDO =
            "UPDATE failure SET status = 'EDITED', ended_at = NULL WHERE status <> 'RESOLVED' AND " + STOOD_FOR;

    private final JdbcClient jdbc;
    private final FailureQueries failures;
    private final Keys keys;
    private final ETags etags;
    private final long maxBytes;
    private final PropertiesJson properties = new PropertiesJson();
    private final ObjectMapper json = new ObjectMapper();

    Edits(JdbcClient jdbc, FailureQueries failures, Keys keys, ETags etags, long maxBytes) {
        this.jdbc = jdbc;
        this.failures = failures;
        this.keys = keys;
        this.etags = etags;
        this.maxBytes = maxBytes;
    }

    /**
     * Makes an edited copy of a dead failure; it is dead too, for a job to replay.
     *
     * @return id of the copy
     * @throws io.serai.message.PreconditionRequired without the ETag of the failure
     * @throws io.serai.message.PreconditionFailed where it has changed since
     * @throws Conflict where it is not dead
     * @throws Invalid where it cannot be replayed, or not be edited so
     */
    String copy(String id, Edit edit, @Nullable String ifMatch, String job, String who, String reason) {
        var old = jdbc.sql(LOCK)
                .param("id", id)
                .query((row, number) -> new Old(
                        FailureState.valueOf(row.getString("status")),
                        row.getBoolean("replayable"),
                        new FailedMessage(properties.read(row.getString("properties")), row.getBytes("body"))))
                .optional()
                .orElseThrow(() -> new Invalid(
                        "editing failure: there is none of that id, or no longer",
                        List.of(new Invalid.Field("select.ids", "expected the id of a failure")),
                        null));
        ETags.check(ifMatch, etags.of(failures.find(id).orElseThrow()));
        if (old.state() != FailureState.DEAD) {
            throw new Conflict(
                    "editing failure " + id + ": it is " + old.state() + "; only a failure that is DEAD can be edited");
        }
        if (!old.replayable()) {
            throw Jobs.notReplayable(List.of(id));
        }
        var edited = edit.of(old.message(), EventIds.next(), maxBytes);
        var copy = EventIds.next();
        var message = edited.message();
        jdbc.sql(COPY)
                .param("copy", copy)
                .param("id", id)
                .param("eventId", message.attribute("id"))
                .param("eventType", message.attribute("type"))
                .param("subject", message.attribute("subject"))
                .param("correlationid", message.attribute("correlationid"))
                .param("contentType", message.properties().getContentType())
                .param("properties", properties.write(message.properties()))
                .param("body", message.body())
                .update();
        keys.write(copy, message);
        jdbc.sql(LEAVE).param("id", id).update();
        jdbc.sql(INSERT)
                .param("copy", copy)
                .param("id", id)
                .param(
                        "root",
                        jdbc.sql(SELECT_ROOT)
                                .param("id", id)
                                .query(String.class)
                                .optional()
                                .orElse(id))
                .param("job", job)
                .param("who", who)
                .param("reason", reason)
                .param("changes", write(edited.changes()))
                .update();
        return copy;
    }

    /** Ends what these failures stood in for, where they are copies. */
    void end(Collection<String> copies, FailureState state) {
        jdbc.sql(END).param("status", state.name()).param("copies", copies).update();
    }

    /** These copies are dead again, and what they stand in for waits for them. */
    void undo(Collection<String> copies) {
        jdbc.sql(UNDO).param("copies", copies).update();
    }

    private String write(List<Edit.Change> changes) {
        try {
            return json.writeValueAsString(changes);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("writing what was edited", impossible);
        }
    }
}
