// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.message.Conflict;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The jobs in the database. Their set is fixed when they are made (mark); then their items are released, some at a time, by
 * whichever hub comes first. A replay makes a failure due, and {@link RetrySender} sends it: so a crash in the middle
 * neither loses nor forgets one.
 */
final class Jobs {

    /**
     * Which failures a job is about: those that are dead, and of these the ones that match all that is given.
     *
     * @param ids failures by id
     */
    record Selection(@Nullable List<String> ids, FailureQueries.Query query) {}

    private static final String INSERT = """
            INSERT INTO job (id, kind, state, who, reason, selection, rate, ramp, stop_ratio, step, created_at)
            VALUES (:id, :kind, 'RUNNING', :who, :reason, :selection, :rate, :ramp, :stopRatio, 0, CURRENT_TIMESTAMP)
            """;
    private static final String MARK = """
            INSERT INTO job_item (job_id, failure_id)
            SELECT :job, id FROM failure WHERE status = 'DEAD' AND %s
            """;
    private static final String LOCK_RUNNING = """
            SELECT id, kind, rate, ramp, stop_ratio, step FROM job WHERE state = 'RUNNING'
            ORDER BY created_at FOR UPDATE SKIP LOCKED
            """;
    private static final String SELECT_MARKED = """
            SELECT failure_id FROM job_item WHERE job_id = :job AND released_at IS NULL ORDER BY failure_id LIMIT :most
            """;
    private static final String RELEASE =
            "UPDATE job_item SET released_at = CURRENT_TIMESTAMP WHERE job_id = :job AND failure_id IN (:ids)";
    /** What is no longer dead was dealt with by somebody else meanwhile. */
    private static final String REPLAY = """
            UPDATE failure SET status = 'RESENT', due_at = CURRENT_TIMESTAMP, ended_at = NULL
            WHERE id IN (:ids) AND status = 'DEAD'
            """;

    private static final String DISCARD = """
            UPDATE failure SET status = 'DISCARDED', due_at = NULL, ended_at = CURRENT_TIMESTAMP
            WHERE id IN (:ids) AND status = 'DEAD'
            """;
    private static final String UNDO = """
            UPDATE failure SET status = 'DEAD', ended_at = NULL WHERE status = 'DISCARDED' AND id IN
                (SELECT failure_id FROM job_item WHERE job_id = :job AND released_at IS NOT NULL)
            """;
    private static final String STEP = "UPDATE job SET step = :step WHERE id = :job";
    private static final String END =
            "UPDATE job SET state = :state, ended_at = CURRENT_TIMESTAMP WHERE id = :job AND state = :from";
    private static final String SELECT = """
            SELECT j.id, j.kind, j.state, j.who, j.reason, j.selection, j.created_at, j.ended_at,
                COUNT(i.failure_id) AS selected,
                COUNT(i.released_at) AS released,
                SUM(CASE WHEN i.released_at IS NOT NULL AND f.status = 'RESOLVED' THEN 1 ELSE 0 END) AS resolved,
                SUM(CASE WHEN i.released_at IS NOT NULL AND f.status = 'DEAD' THEN 1 ELSE 0 END) AS failed_again
            FROM job j LEFT JOIN job_item i ON i.job_id = j.id LEFT JOIN failure f ON f.id = i.failure_id
            WHERE %s
            GROUP BY j.id, j.kind, j.state, j.who, j.reason, j.selection, j.created_at, j.ended_at
            ORDER BY j.id DESC LIMIT :limit
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;

    Jobs(JdbcClient jdbc, TransactionOperations transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Makes a job of the failures that are dead now; what comes later is not swept in.
     *
     * @throws Invalid where the selection names no dead failure
     */
    Job make(Job.Kind kind, Selection selection, String described, Job.Pace pace, String who, String reason) {
        var id = EventIds.next();
        transaction.executeWithoutResult(status -> {
            jdbc.sql(INSERT)
                    .param("id", id)
                    .param("kind", kind.name())
                    .param("who", who)
                    .param("reason", reason)
                    .param("selection", described)
                    .param("rate", pace.rate())
                    .param("ramp", pace.ramp())
                    .param("stopRatio", pace.stopAtFailureRatio())
                    .update();
            if (mark(id, selection) == 0) {
                throw new Invalid("making job: the selection names no failure that is DEAD");
            }
        });
        return find(id);
    }

    private int mark(String job, Selection selection) {
        var query = selection.query();
        var ids = selection.ids();
        var where = FailureQueries.WHERE + (ids == null ? "" : " AND id IN (:ids)");
        var mark = FailureQueries.with(query, jdbc.sql(MARK.formatted(where)).param("job", job));
        return (ids == null ? mark : mark.param("ids", ids)).update();
    }

    /** Lets go what is due of the jobs that run, for a tick of that length. */
    void release(Duration tick) {
        transaction.executeWithoutResult(status -> jdbc.sql(LOCK_RUNNING)
                .query((row, number) -> new Running(
                        row.getString("id"),
                        Job.Kind.valueOf(row.getString("kind")),
                        row.getInt("rate"),
                        row.getBoolean("ramp"),
                        row.getObject("stop_ratio", Double.class),
                        row.getInt("step")))
                .list()
                .forEach(job -> release(job, tick)));
    }

    private record Running(
            String id,
            Job.Kind kind,
            int rate,
            boolean ramp,
            @Nullable Double stopRatio,
            int step) {

        /** 1, 2, 5, 10, 20, 50 and so on. */
        int nextStep() {
            var power = (int) Math.pow(10, Math.floor(Math.log10(Math.max(1, step))));
            return step == 0 ? 1 : step < 2 * power ? 2 * power : step < 5 * power ? 5 * power : 10 * power;
        }

        boolean isStoppedBy(Job progress) {
            var outcomes = progress.resolved() + progress.failedAgain();
            return stopRatio != null && outcomes > 0 && (double) progress.failedAgain() / outcomes > stopRatio;
        }
    }

    private void release(Running job, Duration tick) {
        var progress = find(job.id());
        if (job.kind() == Job.Kind.REPLAY && job.isStoppedBy(progress)) {
            end(job.id(), Job.State.RUNNING, Job.State.STOPPED);
            return;
        }
        var open = progress.released() - progress.resolved() - progress.failedAgain();
        if (job.ramp() && open > 0) {
            return;
        }
        var most = job.ramp() ? job.nextStep() : (int) Math.max(1, job.rate() * tick.toMillis() / 1000);
        var ids = jdbc.sql(SELECT_MARKED)
                .param("job", job.id())
                .param("most", Math.min(most, 1000))
                .query(String.class)
                .list();
        if (!ids.isEmpty()) {
            jdbc.sql(job.kind() == Job.Kind.REPLAY ? REPLAY : DISCARD)
                    .param("ids", ids)
                    .update();
            jdbc.sql(RELEASE).param("job", job.id()).param("ids", ids).update();
            jdbc.sql(STEP).param("step", most).param("job", job.id()).update();
        } else if (open == 0 || job.kind() == Job.Kind.DISCARD) {
            end(job.id(), Job.State.RUNNING, Job.State.DONE);
        }
    }

    /**
     * Releases no more; what was released takes its course.
     *
     * @throws Conflict where it has ended
     */
    Job cancel(String id) {
        find(id);
        if (end(id, Job.State.RUNNING, Job.State.CANCELLED) == 0) {
            throw new Conflict("cancelling job " + id + ": it has ended");
        }
        return find(id);
    }

    /**
     * Makes what a job has discarded dead again.
     *
     * @throws Conflict where it is no discard that has ended
     */
    Job undo(String id) {
        transaction.executeWithoutResult(status -> {
            var job = find(id);
            if (job.kind() != Job.Kind.DISCARD
                    || (end(id, Job.State.DONE, Job.State.UNDONE) == 0
                            && end(id, Job.State.CANCELLED, Job.State.UNDONE) == 0)) {
                throw new Conflict("undoing job " + id + ": only a discard that has ended can be undone, once");
            }
            jdbc.sql(UNDO).param("job", id).update();
        });
        return find(id);
    }

    private int end(String id, Job.State from, Job.State state) {
        return jdbc.sql(END)
                .param("state", state.name())
                .param("from", from.name())
                .param("job", id)
                .update();
    }

    /**
     * One job and how far it is.
     *
     * @throws NotFound where there is none
     */
    Job find(String id) {
        Optional<Job> found = jdbc.sql(SELECT.formatted("j.id = :id"))
                .param("id", id)
                .param("limit", 1)
                .query((row, number) -> job(row))
                .optional();
        return found.orElseThrow(() -> new NotFound("finding job: there is none of that id"));
    }

    /** The newest first, before that id. */
    List<Job> page(String before, int limit) {
        return jdbc.sql(SELECT.formatted("j.id < :before"))
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> job(row))
                .list();
    }

    private static Job job(ResultSet row) throws SQLException {
        var ended = row.getObject("ended_at", OffsetDateTime.class);
        var selected = row.getLong("selected");
        var released = row.getLong("released");
        return new Job(
                row.getString("id"),
                Job.Kind.valueOf(row.getString("kind")),
                Job.State.valueOf(row.getString("state")),
                row.getString("who"),
                row.getString("reason"),
                row.getString("selection"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant(),
                selected,
                released,
                row.getLong("resolved"),
                row.getLong("failed_again"),
                selected - released);
    }
}
