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
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
     * Which failures a job is about: those that are dead or hold their queue back, and of these the ones that match all
     * that is given. Of those named by id also what seems to be lost: sent back a while ago, and nobody has taken it since.
     *
     * @param ids failures by id
     */
    record Selection(@Nullable List<String> ids, FailureQueries.Query query) {

        private String where(Job.Kind kind) {
            return where() + (kind == Job.Kind.REPLAY ? " AND replayable" : "");
        }

        private String where() {
            return decidable(ids != null) + " AND " + FailureQueries.where(query)
                    + (ids == null ? "" : " AND id IN (:ids)");
        }

        private JdbcClient.StatementSpec with(JdbcClient.StatementSpec statement, Duration lostAfter) {
            var filled = FailureQueries.with(query, statement);
            return ids == null ? filled : filled.param("ids", ids).param("lost", lostAfter.toMillis());
        }
    }

    /** What is no longer so was dealt with by somebody else meanwhile. */
    private static final String DECIDABLE = "(status = 'DEAD' OR held AND status = 'RETRYING')";

    private static final String LONG_AGO = "CURRENT_TIMESTAMP - CAST(:lost AS BIGINT) * INTERVAL '0.001' SECOND";
    /** Nobody looks at it: whoever holds a queue back tries what is due at once. */
    private static final String FORSAKEN = "held AND status IN ('RETRYING', 'RESENT') AND due_at < " + LONG_AGO;
    /** It was in its queue when that was purged, or removed; or it waits there still, and will come twice. */
    private static final String LOST =
            FORSAKEN + " OR NOT held AND status IN ('RETRYING', 'RESENT') AND due_at IS NULL AND sent_at < " + LONG_AGO;

    /** @param named whether people have named what the job is about by id */
    private static String decidable(boolean named) {
        return named ? "(" + DECIDABLE + " OR " + LOST + ")" : DECIDABLE;
    }

    private static final String NO_INPUT =
            "a route itself has put it here while it went on with the rest, and it is not what"
                    + " the route began with (or its queue is not known); correct what it says is wrong at its source, then discard it";

    private static final int MOST = 2000;
    private static final int NAMED = 100;
    private static final String INSERT = """
            INSERT INTO job (id, kind, state, who, reason, selection, rate, ramp, stop_ratio, step, named, created_at)
            VALUES (:id, :kind, 'RUNNING', :who, :reason, :selection, :rate, :ramp, :stopRatio, 0, :named, CURRENT_TIMESTAMP)
            """;
    private static final String MARK =
            "INSERT INTO job_item (job_id, failure_id, state) SELECT :job, id, 'MARKED' FROM failure WHERE ";
    private static final String MARK_ONE =
            "INSERT INTO job_item (job_id, failure_id, state) VALUES (:job, :failure, 'MARKED')";
    private static final String COUNT_EXCLUDED = "SELECT COUNT(*) FROM failure WHERE NOT replayable AND ";
    private static final String SELECT_EXCLUDED = "SELECT id FROM failure WHERE NOT replayable AND %s LIMIT " + NAMED;
    private static final String SELECT_STATUSES = "SELECT id, status FROM failure WHERE id IN (:ids) ORDER BY id";
    private static final String NOTE_SELECTED =
            "UPDATE job SET selected = :selected, excluded = :excluded WHERE id = :job";
    private static final String COUNT_LATER = """
            SELECT COUNT(*) FROM (SELECT 1 AS one FROM failure WHERE NOT EXISTS
                (SELECT 1 FROM job_item i WHERE i.job_id = :job AND i.failure_id = failure.id) AND %s LIMIT 10000) AS later
            """;
    /** What the rate allows is counted from paced_at, so that any number of hubs keep to it together. */
    private static final String LOCK_RUNNING = """
            SELECT id, kind, rate, ramp, stop_ratio, step, named, resolved, failed_again,
                EXTRACT(EPOCH FROM CURRENT_TIMESTAMP) - EXTRACT(EPOCH FROM paced_at) AS seconds
            FROM job WHERE state = 'RUNNING' ORDER BY created_at FOR UPDATE SKIP LOCKED
            """;

    private static final String SETTLE_RESOLVED = """
            UPDATE job_item SET state = 'RESOLVED' WHERE job_id = :job AND state = 'RELEASED'
                AND EXISTS (SELECT 1 FROM failure f WHERE f.id = job_item.failure_id AND f.status = 'RESOLVED')
            """;
    /** What its queue waits for is not dead when it has failed once more: it is tried by its policy. */
    private static final String FAILED_AGAIN = """
            (f.status = 'DEAD' OR f.status IN ('RETRYING', 'RESENT') AND f.delivery - f.postponed > %s.counted)""";

    private static final String SETTLE_FAILED = """
            UPDATE job_item SET state = 'FAILED' WHERE job_id = :job AND state = 'RELEASED' AND EXISTS
                (SELECT 1 FROM failure f WHERE f.id = job_item.failure_id AND %s)
            """.formatted(FAILED_AGAIN.formatted("job_item"));
    /** Somebody has decided about it otherwise meanwhile. */
    private static final String SETTLE_TAKEN = """
            UPDATE job_item SET state = 'TAKEN' WHERE job_id = :job AND state = 'RELEASED' AND EXISTS
                (SELECT 1 FROM failure f WHERE f.id = job_item.failure_id AND f.status IN ('DISCARDED', 'EDITED'))
            """;

    private static final String NOTE_OUTCOMES = """
            UPDATE job SET resolved = resolved + :resolved, failed_again = failed_again + :failed WHERE id = :job
            """;
    private static final String IS_OPEN =
            "SELECT EXISTS (SELECT 1 FROM job_item WHERE job_id = :job AND state = 'RELEASED')";
    /** In the order of the index, in full, or H2 sorts. */
    private static final String SELECT_MARKED = """
            SELECT failure_id FROM job_item WHERE job_id = :job AND state = 'MARKED'
            ORDER BY job_id, state, failure_id LIMIT :most
            """;
    /** Another job may have come first, or the failure have ended by itself. */
    private static final String LOCK_DECIDABLE =
            "SELECT id FROM failure WHERE id IN (:ids) AND %s ORDER BY id FOR UPDATE";

    private static final String RELEASE = """
            UPDATE job_item SET released_at = CURRENT_TIMESTAMP, state = :state,
                counted = (SELECT f.delivery - f.postponed FROM failure f WHERE f.id = job_item.failure_id)
            WHERE job_id = :job AND failure_id IN (:ids)
            """;
    private static final String SKIP =
            "UPDATE job_item SET state = 'SKIPPED' WHERE job_id = :job AND failure_id IN (:ids)";
    private static final String LET_GO = "UPDATE failure SET held = FALSE WHERE id IN (:ids) AND " + FORSAKEN;
    private static final String REPLAY = """
            UPDATE failure SET status = 'RESENT', due_at = CURRENT_TIMESTAMP, ended_at = NULL WHERE id IN (:ids)
            """;
    private static final String DISCARD = """
            UPDATE failure SET status = 'DISCARDED', due_at = NULL, ended_at = CURRENT_TIMESTAMP WHERE id IN (:ids)
            """;
    /** What began anew and was discarded by another job since is that job's. */
    private static final String SELECT_DISCARDED = """
            SELECT f.id FROM failure f JOIN job_item i ON i.failure_id = f.id
            WHERE i.job_id = :job AND i.state = 'DISCARDED' AND f.status = 'DISCARDED' AND NOT EXISTS
                (SELECT 1 FROM job_item later WHERE later.failure_id = f.id AND later.state = 'DISCARDED'
                    AND later.released_at > i.released_at)
            LIMIT :most
            """;

    private static final String UNDO = "UPDATE failure SET status = 'DEAD', ended_at = NULL WHERE id IN (:ids)";
    private static final String STEP = """
            UPDATE job SET step = :step, released = released + :released, skipped = skipped + :skipped,
                paced_at = CURRENT_TIMESTAMP - CAST(:left AS INTEGER) * INTERVAL '0.001' SECOND
            WHERE id = :job
            """;
    private static final String END =
            "UPDATE job SET state = :state, ended_at = CURRENT_TIMESTAMP WHERE id = :job AND state = :from";
    /** Outcomes that no tick has noted yet are counted too: those of what is under way, and all once a job has ended. */
    private static final String SELECT = """
            SELECT j.id, j.kind, j.state, j.who, j.reason, j.selection, j.rate, j.ramp, j.created_at, j.ended_at,
                j.excluded, j.selected, j.released, j.skipped, j.resolved, j.failed_again,
                (SELECT COUNT(*) FROM job_item i JOIN failure f ON f.id = i.failure_id
                    WHERE i.job_id = j.id AND i.state = 'RELEASED' AND f.status = 'RESOLVED') AS resolved_since,
                (SELECT COUNT(*) FROM job_item i JOIN failure f ON f.id = i.failure_id
                    WHERE i.job_id = j.id AND i.state = 'RELEASED' AND {failed}) AS failed_since
            FROM job j WHERE %s ORDER BY j.id DESC LIMIT :limit
            """.replace("{failed}", FAILED_AGAIN.formatted("i"));

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final Edits edits;
    private final Audit audit;
    private final Duration lostAfter;

    /** @param lostAfter how long after it was sent back a failure that is named by id may be decided about anew */
    Jobs(JdbcClient jdbc, TransactionOperations transaction, Edits edits, Audit audit, Duration lostAfter) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.edits = edits;
        this.audit = audit;
        this.lostAfter = lostAfter;
    }

    /**
     * Makes a job of the failures that are dead, or hold their queue back, now; what comes later is not swept in. What cannot
     * be replayed is not in a replay.
     *
     * @param described the selection as JSON, for people
     * @throws Invalid where the selection names no such failure, or by its id one that cannot be replayed
     */
    Job make(Job.Kind kind, Selection selection, String described, Job.Pace pace, String who, String reason) {
        var id = EventIds.next();
        transaction.executeWithoutResult(status -> {
            insert(id, kind, described, pace, selection.ids() != null, who, reason);
            var excluded = kind == Job.Kind.REPLAY ? excluded(selection) : 0;
            var selected = selection
                    .with(jdbc.sql(MARK + selection.where(kind)).param("job", id), lostAfter)
                    .update();
            if (selected == 0) {
                throw new Invalid(
                        "making job: the selection names no failure that is DEAD or holds its queue back"
                                + (excluded == 0 ? "" : " but " + excluded + " that cannot be replayed: " + NO_INPUT),
                        undecidable(selection),
                        null);
            }
            noteSelected(id, selected, excluded);
            audit.note(who, Audit.Action.valueOf(kind.name()), id, reason, described);
        });
        return find(id);
    }

    /**
     * Makes a job that replays an edited copy of one failure. In one transaction: so either both the copy and its job are
     * there and the failure is left, or nothing has changed.
     *
     * @param ifMatch ETag of the failure
     * @throws RuntimeException as {@link Edits#copy} does
     */
    Job edit(
            String failure,
            Edit edit,
            @Nullable String ifMatch,
            String described,
            Job.Pace pace,
            String who,
            String reason) {
        var id = EventIds.next();
        transaction.executeWithoutResult(status -> {
            insert(id, Job.Kind.REPLAY, described, pace, false, who, reason);
            var copy = edits.copy(failure, edit, ifMatch, id, who, reason);
            jdbc.sql(MARK_ONE).param("job", id).param("failure", copy).update();
            noteSelected(id, 1, 0);
            audit.note(who, Audit.Action.EDIT, failure, reason, "{\"job\":\"" + id + "\",\"copy\":\"" + copy + "\"}");
        });
        return find(id);
    }

    private void insert(
            String id, Job.Kind kind, String described, Job.Pace pace, boolean named, String who, String reason) {
        jdbc.sql(INSERT)
                .param("id", id)
                .param("kind", kind.name())
                .param("who", who)
                .param("reason", reason)
                .param("selection", described)
                .param("rate", pace.rate())
                .param("ramp", pace.ramp())
                .param("stopRatio", pace.stopAtFailureRatio())
                .param("named", named)
                .update();
    }

    private void noteSelected(String id, long selected, long excluded) {
        jdbc.sql(NOTE_SELECTED)
                .param("job", id)
                .param("selected", selected)
                .param("excluded", excluded)
                .update();
    }

    /** How many match and cannot be replayed; whoever names them by id is told. */
    private long excluded(Selection selection) {
        if (selection.ids() == null) {
            return selection
                    .with(jdbc.sql(COUNT_EXCLUDED + selection.where()), lostAfter)
                    .query(Long.class)
                    .single();
        }
        var named = selection
                .with(jdbc.sql(SELECT_EXCLUDED.formatted(selection.where())), lostAfter)
                .query(String.class)
                .list();
        if (!named.isEmpty()) {
            throw notReplayable(named);
        }
        return 0;
    }

    /** How it stands with those that were named. */
    private List<Invalid.Field> undecidable(Selection selection) {
        var ids = selection.ids() == null ? List.<String>of() : selection.ids();
        var named = ids.stream().distinct().limit(NAMED).toList();
        if (named.isEmpty()) {
            return List.of();
        }
        return jdbc.sql(SELECT_STATUSES)
                .param("ids", named)
                .query((row, number) -> new Invalid.Field(
                        "select.ids",
                        row.getString("id") + " is " + wayOut(FailureState.valueOf(row.getString("status")))))
                .list();
    }

    private String wayOut(FailureState state) {
        return switch (state) {
            case RETRYING, RESENT ->
                state
                        + ": wait until it is DEAD or RESOLVED; what was sent back and does not end can be named again after "
                        + lostAfter.toSeconds() + " s";
            case EDITED -> "EDITED: decide about the copy that stands in for it";
            case DEAD -> "DEAD, and does not match the rest of select";
            default -> state + ": it has ended";
        };
    }

    static Invalid notReplayable(List<String> ids) {
        return new Invalid(
                "making job: what is named cannot be replayed: " + NO_INPUT,
                ids.stream()
                        .map(id -> new Invalid.Field("select.ids", id + " cannot be replayed"))
                        .toList(),
                null);
    }

    /** How many dead failures match the selection of a job and might be in its set but are not; at most 10,000. */
    long later(Job job, Selection selection) {
        return selection
                .with(
                        jdbc.sql(COUNT_LATER.formatted(selection.where(job.kind())))
                                .param("job", job.id()),
                        lostAfter)
                .query(Long.class)
                .single();
    }

    /** Lets go what is due of the jobs that run, and notes what has become of what was let go. */
    void release() {
        transaction.executeWithoutResult(status -> jdbc.sql(LOCK_RUNNING)
                .query((row, number) -> new Running(
                        row.getString("id"),
                        Job.Kind.valueOf(row.getString("kind")),
                        row.getInt("rate"),
                        row.getBoolean("ramp"),
                        row.getObject("stop_ratio", Double.class),
                        row.getInt("step"),
                        row.getBoolean("named"),
                        row.getLong("resolved"),
                        row.getLong("failed_again"),
                        row.getDouble("seconds")))
                .list()
                .forEach(this::release));
    }

    /** @param seconds since when the rate has not been used */
    private record Running(
            String id,
            Job.Kind kind,
            int rate,
            boolean ramp,
            @Nullable Double stopRatio,
            int step,
            boolean named,
            long resolved,
            long failedAgain,
            double seconds) {

        private static final double MOST_SECONDS = 0.5;

        /** A while in which nothing was let go is not made up for. */
        double secondsToUse() {
            return Math.min(seconds, Math.max(MOST_SECONDS, 1.0 / rate));
        }

        int most() {
            var allowed = (int) Math.min(MOST, secondsToUse() * rate);
            return ramp ? Math.min(allowed, nextStep()) : allowed;
        }

        /** What is left of the time when so many are let go. */
        long millisLeft(int released) {
            return Math.max(0, Math.round(1000 * (secondsToUse() - (double) released / rate)));
        }

        /** 1, 2, 5, 10, 20, 50 and so on. */
        private int nextStep() {
            var power = (int) Math.pow(10, Math.floor(Math.log10(Math.max(1, step))));
            return step == 0 ? 1 : step < 2 * power ? 2 * power : step < 5 * power ? 5 * power : 10 * power;
        }

        Running with(int nowResolved, int nowFailed) {
            return new Running(
                    id,
                    kind,
                    rate,
                    ramp,
                    stopRatio,
                    step,
                    named,
                    resolved + nowResolved,
                    failedAgain + nowFailed,
                    seconds);
        }

        boolean isStopped() {
            var outcomes = resolved + failedAgain;
            return stopRatio != null && outcomes > 0 && (double) failedAgain / outcomes > stopRatio;
        }
    }

    private void release(Running running) {
        var job = running.kind() == Job.Kind.REPLAY ? settle(running) : running;
        if (job.isStopped()) {
            end(job.id(), Job.State.RUNNING, Job.State.STOPPED);
            return;
        }
        if (job.ramp() && isOpen(job)) {
            return;
        }
        var most = job.most();
        if (most == 0) {
            return;
        }
        var ids = jdbc.sql(SELECT_MARKED)
                .param("job", job.id())
                .param("most", most)
                .query(String.class)
                .list();
        if (!ids.isEmpty()) {
            letGo(job, ids);
        } else if (!isOpen(job)) {
            end(job.id(), Job.State.RUNNING, Job.State.DONE);
        }
    }

    private Running settle(Running job) {
        var resolved = jdbc.sql(SETTLE_RESOLVED).param("job", job.id()).update();
        var failed = jdbc.sql(SETTLE_FAILED).param("job", job.id()).update();
        jdbc.sql(SETTLE_TAKEN).param("job", job.id()).update();
        if (resolved + failed > 0) {
            jdbc.sql(NOTE_OUTCOMES)
                    .param("job", job.id())
                    .param("resolved", resolved)
                    .param("failed", failed)
                    .update();
        }
        return job.with(resolved, failed);
    }

    private boolean isOpen(Running job) {
        return jdbc.sql(IS_OPEN).param("job", job.id()).query(Boolean.class).single();
    }

    private void letGo(Running job, List<String> ids) {
        var decidable = decidable(job, ids);
        var skipped = ids.stream().filter(id -> !decidable.contains(id)).toList();
        if (!decidable.isEmpty()) {
            note(RELEASE, job, decidable)
                    .param("state", job.kind() == Job.Kind.REPLAY ? "RELEASED" : "DISCARDED")
                    .update();
            decide(job, decidable);
        }
        if (!skipped.isEmpty()) {
            note(SKIP, job, skipped).update();
        }
        jdbc.sql(STEP)
                .param("step", ids.size())
                .param("released", decidable.size())
                .param("skipped", skipped.size())
                .param("left", job.millisLeft(decidable.size()))
                .param("job", job.id())
                .update();
    }

    private Set<String> decidable(Running job, List<String> ids) {
        var where = decidable(job.named()) + (job.kind() == Job.Kind.REPLAY ? " AND replayable" : "");
        var locking = jdbc.sql(LOCK_DECIDABLE.formatted(where)).param("ids", ids);
        return (job.named() ? locking.param("lost", lostAfter.toMillis()) : locking)
                .query(String.class)
                .set();
    }

    private void decide(Running job, Set<String> ids) {
        if (job.named()) {
            jdbc.sql(LET_GO)
                    .param("ids", ids)
                    .param("lost", lostAfter.toMillis())
                    .update();
        }
        if (job.kind() == Job.Kind.REPLAY) {
            jdbc.sql(REPLAY).param("ids", ids).update();
        } else {
            jdbc.sql(DISCARD).param("ids", ids).update();
            edits.end(ids, FailureState.DISCARDED);
        }
    }

    private JdbcClient.StatementSpec note(String sql, Running job, Collection<String> ids) {
        return jdbc.sql(sql).param("job", job.id()).param("ids", ids);
    }

    /**
     * Releases no more; what was released takes its course.
     *
     * @throws Conflict where it has ended
     */
    Job cancel(String id, String who, String reason) {
        find(id);
        transaction.executeWithoutResult(status -> {
            if (end(id, Job.State.RUNNING, Job.State.CANCELLED) == 0) {
                throw new Conflict("cancelling job " + id + ": it has ended");
            }
            audit.note(who, Audit.Action.CANCEL, id, reason, "{}");
        });
        return find(id);
    }

    /**
     * Makes what a job has discarded dead again.
     *
     * @throws Conflict where it is no discard that has ended
     */
    Job undo(String id, String who, String reason) {
        transaction.executeWithoutResult(status -> {
            var job = find(id);
            if (job.kind() != Job.Kind.DISCARD
                    || (end(id, Job.State.DONE, Job.State.UNDONE) == 0
                            && end(id, Job.State.CANCELLED, Job.State.UNDONE) == 0)) {
                throw new Conflict("undoing job " + id + ": only a discard that has ended can be undone, once");
            }
            for (var ids = discarded(id); !ids.isEmpty(); ids = discarded(id)) {
                jdbc.sql(UNDO).param("ids", ids).update();
                edits.undo(ids);
            }
            audit.note(who, Audit.Action.UNDO, id, reason, "{}");
        });
        return find(id);
    }

    private List<String> discarded(String job) {
        return jdbc.sql(SELECT_DISCARDED)
                .param("job", job)
                .param("most", MOST)
                .query(String.class)
                .list();
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
        var skipped = row.getLong("skipped");
        return new Job(
                row.getString("id"),
                Job.Kind.valueOf(row.getString("kind")),
                Job.State.valueOf(row.getString("state")),
                row.getString("who"),
                row.getString("reason"),
                row.getString("selection"),
                row.getInt("rate"),
                row.getBoolean("ramp"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                ended == null ? null : ended.toInstant(),
                row.getLong("excluded"),
                selected,
                released,
                skipped,
                row.getLong("resolved") + row.getLong("resolved_since"),
                row.getLong("failed_again") + row.getLong("failed_since"),
                selected - released - skipped,
                null);
    }
}
