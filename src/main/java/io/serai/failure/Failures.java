// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.HeldEvents;
import io.serai.bus.Retried;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The failures in the database, as they change. Each method is one transaction; times are the database's, so that a hub
 * with a wrong clock does no harm.
 */
final class Failures {

    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);
    private static final long MOST_BYTES = 32L * 1024 * 1024;

    /**
     * A failure on its way back to its queue or its route.
     *
     * @param delivery the number of the delivery to come
     */
    record Due(
            String id,
            Origin origin,
            int delivery,
            @Nullable String policy,
            FailedMessage message) {

        Retried retried() {
            return new Retried(id, delivery);
        }
    }

    /**
     * What is known of a failure.
     *
     * @param delivery the last that failed
     * @param postponed how many of these did not count
     * @param held whether its queue waits for it
     */
    private record Progress(FailureState state, int delivery, int postponed, boolean held) {

        /** Those that count. */
        int round() {
            return Math.max(0, delivery - postponed);
        }
    }

    /**
     * What a failure becomes.
     *
     * @param counts whether it was tried; an open circuit breaker only postpones
     * @param delay until it is tried again; empty: it is not
     */
    private record Step(Progress progress, boolean counts, Optional<Duration> delay) {}

    private static final String LOCK =
            "SELECT id, status, delivery, postponed, held FROM failure WHERE id IN (:ids) ORDER BY id FOR UPDATE";
    private static final String IS_SAME = """
            SELECT EXISTS (SELECT 1 FROM failure WHERE id = :id AND body = :body
                AND event_type IS NOT DISTINCT FROM CAST(:type AS VARCHAR)
                AND subject IS NOT DISTINCT FROM CAST(:subject AS VARCHAR)
                AND content_type IS NOT DISTINCT FROM CAST(:contentType AS VARCHAR))
            """;
    private static final String INSERT = """
            INSERT INTO failure (id, status, origin, policy, delivery, round, postponed, held, replayable, tries, duplicates, due_at,
                first_failed_at, last_failed_at, event_id, event_source, event_type, subject, correlationid, content_type, properties, body,
                exception, exceptions, retryable, message, trace, cut, route_id, route_version, node_id, location, host, fingerprint,
                partner_status, partner_answer)
            VALUES (:id, :status, :origin, :policy, :delivery, :round, :postponed, :held, :replayable, :tries, 0, %s, :at, :at,
                :eventId, :eventSource, :eventType, :subject, :correlationid, :contentType, :properties, :body,
                :exception, :exceptions, :retryable, :message, :trace, :cut, :routeId, :routeVersion, :nodeId, :location, :host, :fingerprint,
                :partnerStatus, :partnerAnswer)
            """;
    private static final String FAIL_AGAIN = """
            UPDATE failure SET status = :status, delivery = :delivery, round = :round, postponed = :postponed, held = :held,
                tries = tries + :tries, due_at = %s, last_failed_at = :at, ended_at = NULL, exception = :exception, exceptions = :exceptions,
                retryable = :retryable, message = :message, trace = :trace, cut = :cut, route_id = :routeId,
                route_version = :routeVersion,
                node_id = :nodeId, location = :location, host = :host, fingerprint = :fingerprint,
                partner_status = :partnerStatus, partner_answer = :partnerAnswer
            WHERE id = :id
            """;
    /** What was said of it when it was tried stays: of the group it belongs to an open circuit breaker says nothing. */
    private static final String POSTPONED = """
            UPDATE failure SET status = :status, delivery = :delivery, postponed = :postponed, held = :held,
                tries = tries + :tries, due_at = %s, last_failed_at = :at
            WHERE id = :id
            """;

    private static final String DUE = "CURRENT_TIMESTAMP + CAST(:delay AS INTEGER) * INTERVAL '0.001' SECOND";
    private static final String NOT_DUE = "CAST(NULL AS TIMESTAMP WITH TIME ZONE)";
    private static final String INSERT_ATTEMPT = """
            INSERT INTO failure_attempt (failure_id, round, failed_at, host, tries, exception, message)
            VALUES (:id, :round, :at, :host, :tries, :exception, :message)
            """;
    private static final String NOTE_GIVEN_UP = """
            INSERT INTO failure_attempt (failure_id, round, failed_at, host, tries, exception, message)
            VALUES (:id, :round, CURRENT_TIMESTAMP, NULL, 0, 'given up', :why)
            """;
    private static final String COUNT_DUPLICATE = "UPDATE failure SET duplicates = duplicates + 1 WHERE id = :id";
    /** Which delivery has succeeded is kept: a later one that fails after all is known by that. */
    private static final String RESOLVE = """
            UPDATE failure SET status = 'RESOLVED', held = FALSE, due_at = NULL, ended_at = CURRENT_TIMESTAMP,
                delivery = CASE WHEN delivery < :delivery THEN :delivery ELSE delivery END
            WHERE id IN (:ids)
            """;
    /** Only a broker can have said so, of a queue that others read: they tell nobody what becomes of it. */
    private static final String SELECT_HANDED_BACK = """
            SELECT id FROM failure WHERE id IN (:ids) AND delivery = :delivery AND due_at IS NULL
                AND status IN ('RETRYING', 'RESENT') AND origin LIKE 'queue:%' AND exception LIKE 'dead-lettered: %'
            ORDER BY id FOR UPDATE
            """;

    /** One status at a time: of two H2 reads all that waits. */
    private static final String IS_ANYTHING_DUE = """
            SELECT EXISTS (SELECT 1 FROM job WHERE state = 'RUNNING')
                OR EXISTS (SELECT 1 FROM failure WHERE status = 'RETRYING' AND due_at <= CURRENT_TIMESTAMP AND NOT held)
                OR EXISTS (SELECT 1 FROM failure WHERE status = 'RESENT' AND due_at <= CURRENT_TIMESTAMP AND NOT held)
            """;

    private static final String LET_GO =
            "UPDATE failure SET held = FALSE WHERE id = :id AND status IN ('DISCARDED', 'DEAD')";
    private static final String LOOK =
            "SELECT status, delivery, held, due_at > CURRENT_TIMESTAMP AS waits FROM failure WHERE id = :id";
    /** Said as what it is not: for what it is H2 would take the index by status, and read all that is due. */
    private static final String IS_DUE = """
            status NOT IN ('DEAD', 'EDITED', 'RESOLVED', 'DISCARDED') AND due_at <= CURRENT_TIMESTAMP AND NOT held""";
    /** From one origin to the next by the index, and a look at each: a DISTINCT reads all that is due. */
    private static final String SELECT_ORIGINS_DUE = """
            WITH RECURSIVE one (origin) AS (
                SELECT MIN(origin) FROM failure
                UNION ALL
                SELECT (SELECT f.origin FROM failure f WHERE f.origin > one.origin ORDER BY f.origin, f.due_at LIMIT 1)
                FROM one WHERE one.origin IS NOT NULL)
            SELECT origin FROM one WHERE EXISTS (SELECT 1 FROM failure f WHERE f.origin = one.origin AND %s)
            """.formatted(IS_DUE);
    /** In the order of the index, in full, or H2 sorts. */
    private static final String SELECT_DUE = """
            SELECT id, OCTET_LENGTH(body) + OCTET_LENGTH(properties) AS size FROM failure
            WHERE origin = :origin AND %s ORDER BY origin, due_at LIMIT :most
            """.formatted(IS_DUE);
    /** By id, since H2 locks all that matches, whatever the limit; another hub may have claimed them meanwhile. */
    private static final String LOCK_DUE = """
            SELECT id, origin, delivery, policy, properties, body FROM failure
            WHERE id IN (:ids) AND %s ORDER BY due_at FOR UPDATE SKIP LOCKED
            """.formatted(IS_DUE);

    private static final String LEASE = "UPDATE failure SET due_at = " + DUE + " WHERE id IN (:ids)";
    /** A failure that has come back meanwhile has another delivery, and is left alone. */
    private static final String SENT =
            "UPDATE failure SET due_at = NULL, sent_at = CURRENT_TIMESTAMP WHERE id IN (:ids) AND delivery = :delivery";
    /** What a hub began before and did not end is counted. */
    private static final String BEGIN = """
            UPDATE failure SET sent_at = CURRENT_TIMESTAMP, begun = delivery + 1,
                duplicates = duplicates + CASE WHEN begun = delivery + 1 THEN 1 ELSE 0 END
            WHERE id = :id
            """;

    private static final String POSTPONE =
            "UPDATE failure SET due_at = " + DUE + " WHERE id = :id AND delivery = :delivery"
                    + " AND status IN ('RETRYING', 'RESENT') AND due_at IS NOT NULL";
    private static final String GIVE_UP =
            "UPDATE failure SET status = 'DEAD', due_at = NULL WHERE id = :id AND delivery = :delivery";

    private static final String OF_ORIGIN = " FROM failure WHERE origin = :origin AND status IN ('RETRYING', 'RESENT')";
    private static final String LOCK_ORIGIN = "SELECT id" + OF_ORIGIN + " ORDER BY id FOR UPDATE";
    private static final String NOTE_ALL_GIVEN_UP = """
            INSERT INTO failure_attempt (failure_id, round, failed_at, host, tries, exception, message)
            SELECT id, round, CURRENT_TIMESTAMP, NULL, 0, 'given up', :why""" + OF_ORIGIN;
    private static final String GIVE_UP_ALL = """
            UPDATE failure SET status = 'DEAD', held = FALSE, due_at = NULL
            WHERE origin = :origin AND status IN ('RETRYING', 'RESENT')
            """;

    private static final String IS_RUN = """
            SELECT EXISTS (SELECT 1 FROM failure WHERE origin = :origin AND (begun > delivery AND due_at > CURRENT_TIMESTAMP
                OR sent_at > CURRENT_TIMESTAMP - CAST(:millis AS BIGINT) * INTERVAL '0.001' SECOND))
            """;
    private static final String IS_OVER = """
            status IN ('RESOLVED', 'DISCARDED')
                AND ended_at < CURRENT_TIMESTAMP - CAST(:seconds AS INTEGER) * INTERVAL '1' SECOND""";
    private static final String SELECT_OVER =
            "SELECT id FROM failure WHERE " + IS_OVER + " ORDER BY ended_at LIMIT 1000";
    /** By id, since H2 asks a subquery once more for each row; one may have begun anew meanwhile. */
    private static final String DELETE_OVER = "DELETE FROM failure WHERE id IN (:ids) AND " + IS_OVER;

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final RetryPolicies policies;
    private final RandomGenerator random;
    private final Rules rules;
    private final Keys keys;
    private final Edits edits;
    private final PropertiesJson json = new PropertiesJson();

    Failures(
            JdbcClient jdbc,
            TransactionOperations transaction,
            RetryPolicies policies,
            RandomGenerator random,
            Rules rules,
            Keys keys,
            Edits edits) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.policies = policies;
        this.random = random;
        this.rules = rules;
        this.keys = keys;
        this.edits = edits;
    }

    /**
     * Takes what came out of the queue of failures. The same arrival again is counted and changes nothing else.
     *
     * @throws org.springframework.dao.DuplicateKeyException where another hub takes the same failure just now: take again
     */
    void take(List<Arrival> arrivals) {
        transaction.executeWithoutResult(status -> {
            var known = lock(arrivals.stream().map(Arrival::failureId).toList());
            var fresh = new ArrayList<Arrival.Failed>();
            var resolved = new HashMap<String, Integer>();
            for (var each : arrivals) {
                var arrival = each instanceof Arrival.Failed failed ? own(failed, known) : each;
                var before = known.get(arrival.failureId());
                if (before == null && arrival instanceof Arrival.Failed failed) {
                    fresh.add(failed);
                } else if (arrival instanceof Arrival.Failed && resolved.containsKey(arrival.failureId())) {
                    resolve(resolved);
                    resolved.clear();
                }
                var progress = take(arrival, before, resolved);
                if (progress != null) {
                    known.put(arrival.failureId(), progress);
                }
            }
            resolve(resolved);
            keys.write(fresh);
        });
    }

    /**
     * Takes one that was refused, without its facts and without what it would be found by.
     *
     * @param why it was refused
     * @throws org.springframework.dao.DuplicateKeyException as {@link #take(List)}
     */
    void takeBare(Arrival arrival, String why) {
        if (arrival instanceof Arrival.Failed failed) {
            transaction.executeWithoutResult(status -> {
                var known = lock(List.of(failed.failureId()));
                var own = own(failed.bare(why), known);
                take(own, known.get(own.failureId()));
            });
        } else {
            take(List.of(arrival));
        }
    }

    /**
     * An event whose id was used before, with other content, is a failure of its own: nothing of either is lost.
     *
     * @param known is given that one, if it is there
     */
    private Arrival.Failed own(Arrival.Failed failed, Map<String, Progress> known) {
        // what is sent back carries the id it is known under
        if (failed.round() > 0
                || !known.containsKey(failed.failureId())
                || isSame(failed.failureId(), failed.content())) {
            return failed;
        }
        var own = failed.as(failed.content().idBeside(failed.failureId()));
        if (!known.containsKey(own.failureId())) {
            LOG.warn(
                    "an event has failed whose id was used before, with other content; it is a failure of its own"
                            + " failureId={} before={} from={}",
                    own.failureId(),
                    failed.failureId(),
                    failed.origin().name());
            known.putAll(lock(List.of(own.failureId())));
        }
        return own;
    }

    private boolean isSame(String id, FailedMessage message) {
        return jdbc.sql(IS_SAME)
                .param("id", id)
                .param("body", message.body())
                .param("type", message.attribute("type"))
                .param("subject", message.attribute("subject"))
                .param("contentType", message.contentType())
                .query(Boolean.class)
                .single();
    }

    /** @param deliveries that have succeeded, by failure */
    private void resolve(Map<String, Integer> deliveries) {
        if (deliveries.isEmpty()) {
            return;
        }
        deliveries.keySet().stream()
                .collect(Collectors.groupingBy(id -> deliveries.getOrDefault(id, 0)))
                .forEach((delivery, ids) -> jdbc.sql(RESOLVE)
                        .param("ids", ids)
                        .param("delivery", delivery)
                        .update());
        edits.end(deliveries.keySet(), FailureState.RESOLVED);
    }

    private @Nullable Progress take(Arrival arrival, @Nullable Progress known, Map<String, Integer> resolved) {
        if (arrival instanceof Arrival.Failed failed) {
            return take(failed, known);
        }
        // what was handed back counts as resolved before a route of a hub has done it
        var isToldFirst = known != null && known.state() == FailureState.RESOLVED && arrival.round() > known.delivery();
        if (known != null && known.state().isEnded() && !isToldFirst) {
            jdbc.sql(COUNT_DUPLICATE).param("id", arrival.failureId()).update();
        } else if (known != null) {
            resolved.put(arrival.failureId(), arrival.round());
            return new Progress(
                    FailureState.RESOLVED, Math.max(known.delivery(), arrival.round()), known.postponed(), false);
        }
        return known;
    }

    private Progress take(Arrival.Failed failed, @Nullable Progress known) {
        if (known == null || isAnew(failed, known)) {
            return keep(failed, known, first(failed, false));
        }
        var isLeft = known.state().isLeft() && known.state() != FailureState.RESOLVED;
        if (isLeft || failed.round() <= known.delivery()) {
            jdbc.sql(COUNT_DUPLICATE).param("id", failed.failureId()).update();
            return known;
        }
        return keep(failed, known, next(failed, known, failed.round(), false));
    }

    /** An event that was published or delivered once more after its failure had ended begins anew. */
    private static boolean isAnew(Arrival.Failed failed, Progress known) {
        return known.state().isEnded() && failed.round() == 0;
    }

    /**
     * Takes the failure of an event that its queue waits for.
     *
     * @return what whoever holds the queue back does next; parks what is not to be tried again, by this or at all
     * @throws org.springframework.dao.DuplicateKeyException as {@link #take(List)}
     */
    HeldEvents.Turn hold(Arrival.Failed failed) {
        var turn = transaction.execute(status -> {
            var known = lock(List.of(failed.failureId()));
            var own = own(failed, known);
            return hold(own, known.get(own.failureId()));
        });
        return turn == null ? HeldEvents.Turn.PARK : turn;
    }

    private HeldEvents.Turn hold(Arrival.Failed failed, @Nullable Progress known) {
        // held though it has ended: its hub died before it noted that it had let it go
        if (known == null || isAnew(failed, known)) {
            var step = first(failed, true);
            // one sent back takes its course, and its queue does not wait
            if (failed.round() > 0 || step.delay().isEmpty()) {
                return HeldEvents.Turn.PARK;
            }
            var progress = keep(failed, known, step);
            if (known == null) {
                keys.write(List.of(failed));
            }
            return HeldEvents.Turn.waiting(failed.failureId(), progress.delivery());
        }
        if (!known.held()) {
            return HeldEvents.Turn.PARK;
        }
        if (known.state().isEnded() || known.state() == FailureState.DEAD) {
            return new HeldEvents.Turn(HeldEvents.Next.DROP, failed.failureId(), known.delivery());
        }
        var step = next(failed, known, known.delivery() + 1, true);
        return step.delay().isPresent()
                ? HeldEvents.Turn.waiting(
                        failed.failureId(), keep(failed, known, step).delivery())
                : new HeldEvents.Turn(HeldEvents.Next.PARK, failed.failureId(), known.delivery());
    }

    /** How it stands with an event that its queue may be waiting for, and that is there again. */
    HeldEvents.Turn look(String id, FailedMessage message) {
        var turn = look(id);
        return isSame(id, message) ? turn : look(message.idBeside(id));
    }

    HeldEvents.Turn look(String id) {
        return jdbc.sql(LOOK)
                .param("id", id)
                .query((row, number) -> {
                    var state = FailureState.valueOf(row.getString("status"));
                    if (!row.getBoolean("held")) {
                        return HeldEvents.Turn.TRY;
                    }
                    var delivery = row.getInt("delivery");
                    // a person has decided
                    if (state == FailureState.DISCARDED || state == FailureState.DEAD) {
                        return new HeldEvents.Turn(HeldEvents.Next.DROP, id, delivery);
                    }
                    return row.getBoolean("waits")
                            ? HeldEvents.Turn.waiting(id, delivery)
                            : new HeldEvents.Turn(HeldEvents.Next.TRY, id, delivery);
                })
                .optional()
                .orElse(HeldEvents.Turn.TRY);
    }

    /** Notes that what a person has given up is gone from its queue. */
    void letGo(String id) {
        jdbc.sql(LET_GO).param("id", id).update();
    }

    private Step first(Arrival.Failed failed, boolean held) {
        var isPostponed = policies.isPostponed(failed, 0);
        var delay = isPostponed
                ? Optional.of(policies.postponed(random))
                : policyOf(failed).delayBefore(1, failed.retryAfter(), random);
        var progress = new Progress(stateAfter(delay), failed.round(), isPostponed ? 1 : 0, held);
        return new Step(progress, !isPostponed, delay);
    }

    private Step next(Arrival.Failed failed, Progress known, int delivery, boolean held) {
        if (policies.isPostponed(failed, known.postponed())) {
            // what a person has sent back waits as such
            var state = known.state() == FailureState.RESENT && !held ? FailureState.RESENT : FailureState.RETRYING;
            var progress = new Progress(state, delivery, known.postponed() + 1, held);
            return new Step(progress, false, Optional.of(policies.postponed(random)));
        }
        var round = new Progress(known.state(), delivery, known.postponed(), held).round();
        var delay = known.state() == FailureState.RESENT && !held
                ? Optional.<Duration>empty()
                : policyOf(failed).delayBefore(round + 1, failed.retryAfter(), random);
        return new Step(new Progress(stateAfter(delay), delivery, known.postponed(), held), true, delay);
    }

    private RetryPolicy policyOf(Arrival.Failed failed) {
        return policies.policyOf(failed, rules.recent().verdict(failed));
    }

    private Progress keep(Arrival.Failed failed, @Nullable Progress known, Step step) {
        if (known == null) {
            insert(failed, step);
        } else if (!step.counts() && !isAnew(failed, known)) {
            bind(POSTPONED, failed, step).update();
        } else {
            describe(bind(FAIL_AGAIN, failed, step), failed)
                    .param("round", step.progress().round())
                    .update();
        }
        if (step.counts()) {
            jdbc.sql(INSERT_ATTEMPT)
                    .param("id", failed.failureId())
                    .param("round", step.progress().round())
                    .param("tries", failed.tries())
                    .param("at", at(failed))
                    .param("host", failed.host())
                    .param("exception", failed.exception())
                    .param("message", failed.message())
                    .update();
        }
        return step.progress();
    }

    private void insert(Arrival.Failed failed, Step step) {
        var message = failed.content();
        describe(bind(INSERT, failed, step), failed)
                .param("round", step.progress().round())
                .param("origin", failed.origin().name())
                .param("policy", failed.policy())
                .param("replayable", failed.isReplayable())
                .param("eventId", message.attribute("id"))
                .param("eventSource", message.attribute("source"))
                .param("eventType", message.attribute("type"))
                .param("subject", message.attribute("subject"))
                .param("correlationid", message.attribute("correlationid"))
                .param("contentType", message.contentType())
                .param("properties", json.write(message.properties()))
                .param("body", message.body())
                .update();
    }

    private JdbcClient.StatementSpec bind(String sql, Arrival.Failed failed, Step step) {
        var delay = step.delay();
        var statement = jdbc.sql(sql.formatted(delay.isPresent() ? DUE : NOT_DUE))
                .param("id", failed.failureId())
                .param("status", step.progress().state().name())
                .param("delivery", step.progress().delivery())
                .param("postponed", step.progress().postponed())
                .param("held", step.progress().held())
                .param("tries", failed.tries())
                .param("at", at(failed));
        return delay.isPresent() ? statement.param("delay", delay.get().toMillis()) : statement;
    }

    private JdbcClient.StatementSpec describe(JdbcClient.StatementSpec statement, Arrival.Failed failed) {
        var partner = failed.partner();
        return statement
                .param("host", failed.host())
                .param("exception", failed.exception())
                .param("exceptions", failed.exceptions())
                .param("retryable", policies.isMendable(failed))
                .param("message", failed.message())
                .param("trace", failed.trace())
                .param("cut", failed.cut())
                .param("routeId", failed.routeId())
                .param("routeVersion", failed.routeVersion())
                .param("nodeId", failed.nodeId())
                .param("location", failed.location())
                .param("partnerStatus", partner == null ? null : partner.status())
                .param("partnerAnswer", partner == null ? null : partner.body())
                .param("fingerprint", Fingerprint.of(failed));
    }

    private static OffsetDateTime at(Arrival.Failed failed) {
        return OffsetDateTime.ofInstant(failed.at(), ZoneOffset.UTC);
    }

    private static FailureState stateAfter(Optional<Duration> delay) {
        return delay.isPresent() ? FailureState.RETRYING : FailureState.DEAD;
    }

    private Map<String, Progress> lock(Collection<String> ids) {
        return new HashMap<>(jdbc
                .sql(LOCK)
                .param("ids", ids.stream().distinct().toList())
                .query((row, number) -> Map.entry(
                        Objects.requireNonNull(row.getString("id")),
                        new Progress(
                                FailureState.valueOf(row.getString("status")),
                                row.getInt("delivery"),
                                row.getInt("postponed"),
                                row.getBoolean("held"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    /** Whether a job runs or a failure is due: the one question of a hub that has nothing to do. */
    boolean isAnythingDue() {
        return jdbc.sql(IS_ANYTHING_DUE).query(Boolean.class).single();
    }

    /** Which origins have failures that are due. */
    List<Origin> originsDue() {
        return jdbc.sql(SELECT_ORIGINS_DUE)
                .query((row, number) -> new Origin(row.getString("origin")))
                .list();
    }

    /**
     * Claims what is due for one origin, oldest first; other hubs pass it by until the lease is over.
     *
     * @param most how many; fewer where they would be more than 32 MB, but one at least
     * @param lease after which a claim that was neither sent nor postponed is due again
     */
    List<Due> claim(Origin origin, int most, Duration lease) {
        return claim(origin, most, MOST_BYTES, lease);
    }

    List<Due> claim(Origin origin, int most, long mostBytes, Duration lease) {
        var claimed = transaction.execute(status -> {
            var ids = due(origin, most, mostBytes);
            if (ids.isEmpty()) {
                return List.<Due>of();
            }
            var due = jdbc.sql(LOCK_DUE)
                    .param("ids", ids)
                    .query((row, number) -> new Due(
                            row.getString("id"),
                            new Origin(row.getString("origin")),
                            row.getInt("delivery") + 1,
                            row.getString("policy"),
                            new FailedMessage(json.read(row.getString("properties")), row.getBytes("body"))))
                    .list();
            if (!due.isEmpty()) {
                jdbc.sql(LEASE)
                        .param("delay", lease.toMillis())
                        .param("ids", due.stream().map(Due::id).toList())
                        .update();
            }
            return due;
        });
        return claimed == null ? List.of() : claimed;
    }

    /** Of what is due as many as may be in memory at a time. */
    private List<String> due(Origin origin, int most, long mostBytes) {
        var bytes = new AtomicLong();
        return jdbc
                .sql(SELECT_DUE)
                .param("origin", origin.name())
                .param("most", most)
                .query((row, number) -> Map.entry(row.getString("id"), row.getLong("size")))
                .list()
                .stream()
                .takeWhile(each -> bytes.getAndAdd(each.getValue()) < mostBytes)
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Makes claimed failures due a while from now. What has come back, was sent or has ended meanwhile is left alone.
     */
    void postpone(Collection<Due> claimed, Duration delay) {
        transaction.executeWithoutResult(status -> claimed.stream()
                .sorted(Comparator.comparing(Due::id))
                .forEach(each -> jdbc.sql(POSTPONE)
                        .param("delay", delay.toMillis())
                        .param("id", each.id())
                        .param("delivery", each.delivery() - 1)
                        .update()));
    }

    /** Notes that they are back in their queue, or that their route was run: what comes of it comes out of the queue of failures. */
    void sent(Collection<Due> claimed) {
        if (claimed.isEmpty()) {
            return;
        }
        transaction.executeWithoutResult(status -> {
            // by id, as whoever takes what has come back meanwhile
            lock(claimed.stream().map(Due::id).toList());
            claimed.stream()
                    .collect(Collectors.groupingBy(Due::delivery, Collectors.mapping(Due::id, Collectors.toList())))
                    .forEach((delivery, ids) -> {
                        jdbc.sql(SENT)
                                .param("ids", ids)
                                .param("delivery", delivery - 1)
                                .update();
                        resolve(handedBack(ids, delivery - 1));
                    });
        });
    }

    /** Should it fail in a route of a hub after all, that has a later delivery, and counts. */
    private Map<String, Integer> handedBack(List<String> ids, int delivery) {
        return jdbc.sql(SELECT_HANDED_BACK).param("ids", ids).param("delivery", delivery).query(String.class).stream()
                .collect(Collectors.toMap(id -> id, id -> delivery));
    }

    /** Notes that this hub begins to run it in its route; it is due again when the lease is over. */
    void begin(Due claimed) {
        jdbc.sql(BEGIN).param("id", claimed.id()).update();
    }

    /** Leaves claimed ones to people, and notes why. */
    void giveUp(Collection<Due> claimed, String why) {
        if (!claimed.isEmpty()) {
            LOG.warn(
                    "failures are given up, and wait for a person origin={} count={}: {}",
                    claimed.iterator().next().origin().name(),
                    claimed.size(),
                    why);
            transaction.executeWithoutResult(status ->
                    claimed.stream().sorted(Comparator.comparing(Due::id)).forEach(each -> giveUp(each, why)));
        }
    }

    private void giveUp(Due claimed, String why) {
        var last = claimed.delivery() - 1;
        if (jdbc.sql(GIVE_UP).param("id", claimed.id()).param("delivery", last).update() > 0) {
            jdbc.sql(NOTE_GIVEN_UP)
                    .param("id", claimed.id())
                    .param("round", last)
                    .param("why", why)
                    .update();
        }
    }

    /** Leaves all of an origin that is no longer there to people, and notes why: what waits, what is held and what was sent. */
    void giveUpAll(Origin origin, String why) {
        transaction.executeWithoutResult(status -> {
            jdbc.sql(LOCK_ORIGIN)
                    .param("origin", origin.name())
                    .query(String.class)
                    .list();
            jdbc.sql(NOTE_ALL_GIVEN_UP)
                    .param("origin", origin.name())
                    .param("why", why)
                    .update();
            jdbc.sql(GIVE_UP_ALL).param("origin", origin.name()).update();
        });
    }

    /** Whether any hub has begun to run what failed in that route within that time, or is at it still. */
    boolean isRun(Origin route, Duration within) {
        return jdbc.sql(IS_RUN)
                .param("origin", route.name())
                .param("millis", within.toMillis())
                .query(Boolean.class)
                .single();
    }

    /** Deletes some that ended longer ago than that; false when there are no more. */
    boolean forget(Duration retention) {
        var ids = jdbc.sql(SELECT_OVER)
                .param("seconds", retention.toSeconds())
                .query(String.class)
                .list();
        if (ids.isEmpty()) {
            return false;
        }
        jdbc.sql(DELETE_OVER)
                .param("ids", ids)
                .param("seconds", retention.toSeconds())
                .update();
        return true;
    }
}
