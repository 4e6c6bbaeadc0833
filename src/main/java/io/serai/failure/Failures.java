// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.Retried;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The failures in the database, as they change. Each method is one transaction; times are the database's, so that a hub
 * with a wrong clock does no harm.
 */
final class Failures {

    /**
     * A failure on its way back to its queue.
     *
     * @param round the number of the delivery to come
     */
    record Due(String id, Origin origin, int round, FailedMessage message) {

        Retried retried() {
            return new Retried(id, round);
        }
    }

    /** What is known of a failure before an arrival. */
    private record State(FailureStatus status, int round) {}

    private static final String LOCK =
            "SELECT id, status, round FROM failure WHERE id IN (:ids) ORDER BY id FOR UPDATE";
    private static final String INSERT = """
            INSERT INTO failure (id, status, origin, policy, round, tries, duplicates, due_at, first_failed_at, last_failed_at,
                event_id, event_source, event_type, subject, correlationid, content_type, properties, body,
                exception, message, trace, cut, route_id, node_id, location, host, fingerprint)
            VALUES (:id, :status, :origin, :policy, :round, :tries, 0, %s, :at, :at,
                :eventId, :eventSource, :eventType, :subject, :correlationid, :contentType, :properties, :body,
                :exception, :message, :trace, :cut, :routeId, :nodeId, :location, :host, :fingerprint)
            """;
    private static final String FAIL_AGAIN = """
            UPDATE failure SET status = :status, round = :round, tries = tries + :tries, due_at = %s, last_failed_at = :at,
                ended_at = NULL, exception = :exception, message = :message, trace = :trace, cut = :cut, route_id = :routeId,
                node_id = :nodeId, location = :location, host = :host, fingerprint = :fingerprint
            WHERE id = :id
            """;
    private static final String DUE = "CURRENT_TIMESTAMP + CAST(:delay AS INTEGER) * INTERVAL '0.001' SECOND";
    private static final String NOT_DUE = "CAST(NULL AS TIMESTAMP WITH TIME ZONE)";
    private static final String INSERT_ATTEMPT = """
            INSERT INTO failure_attempt (failure_id, round, failed_at, host, tries, exception, message)
            VALUES (:id, :round, :at, :host, :tries, :exception, :message)
            """;
    private static final String COUNT_DUPLICATE = "UPDATE failure SET duplicates = duplicates + 1 WHERE id = :id";
    private static final String RESOLVE =
            "UPDATE failure SET status = 'RESOLVED', due_at = NULL, ended_at = CURRENT_TIMESTAMP WHERE id = :id";
    private static final String SELECT_ORIGINS_DUE = """
            SELECT DISTINCT origin FROM failure
            WHERE status IN ('RETRYING', 'RESENT') AND due_at <= CURRENT_TIMESTAMP
            """;
    private static final String CLAIM = """
            SELECT id, origin, round, properties, body FROM failure
            WHERE origin = :origin AND status IN ('RETRYING', 'RESENT') AND due_at <= CURRENT_TIMESTAMP
            ORDER BY due_at LIMIT :most FOR UPDATE SKIP LOCKED
            """;
    private static final String POSTPONE = "UPDATE failure SET due_at = " + DUE + " WHERE id IN (:ids)";
    /** A failure that has come back meanwhile has another round, and is left alone. */
    private static final String SENT =
            "UPDATE failure SET due_at = NULL, sent_at = CURRENT_TIMESTAMP WHERE id = :id AND round = :round";

    private static final String DELETE_ENDED = """
            DELETE FROM failure WHERE id IN (SELECT id FROM failure WHERE status IN ('RESOLVED', 'DISCARDED')
                AND ended_at < CURRENT_TIMESTAMP - CAST(:seconds AS INTEGER) * INTERVAL '1' SECOND LIMIT 1000)
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final RetryPolicies policies;
    private final RandomGenerator random;
    private final PropertiesJson json = new PropertiesJson();

    Failures(JdbcClient jdbc, TransactionOperations transaction, RetryPolicies policies, RandomGenerator random) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.policies = policies;
        this.random = random;
    }

    /**
     * Takes what came out of the queue of failures. The same arrival again is counted and changes nothing else.
     *
     * @throws org.springframework.dao.DuplicateKeyException where another hub takes the same failure just now: take again
     */
    void take(List<Arrival> arrivals) {
        transaction.executeWithoutResult(status -> {
            var known = lock(arrivals.stream().map(Arrival::failureId).toList());
            for (var arrival : arrivals) {
                var state = take(arrival, known.get(arrival.failureId()));
                if (state != null) {
                    known.put(arrival.failureId(), state);
                }
            }
        });
    }

    private @Nullable State take(Arrival arrival, @Nullable State known) {
        if (arrival instanceof Arrival.Failed failed) {
            return take(failed, known);
        }
        if (known != null && known.status().isEnded()) {
            jdbc.sql(COUNT_DUPLICATE).param("id", arrival.failureId()).update();
        } else if (known != null) {
            jdbc.sql(RESOLVE).param("id", arrival.failureId()).update();
            return new State(FailureStatus.RESOLVED, Math.max(known.round(), arrival.round()));
        }
        return known;
    }

    private State take(Arrival.Failed failed, @Nullable State known) {
        if (known == null) {
            return insert(failed);
        }
        // an event that was published or delivered once more after its failure had ended begins anew
        var anew = known.status().isEnded() && failed.round() == 0;
        if (!anew && (known.status().isEnded() || failed.round() <= known.round())) {
            jdbc.sql(COUNT_DUPLICATE).param("id", failed.failureId()).update();
            return known;
        }
        var delay = known.status() == FailureStatus.RESENT ? Optional.<Duration>empty() : delay(failed);
        update(FAIL_AGAIN, failed, delay).update();
        return noted(failed, delay);
    }

    private State insert(Arrival.Failed failed) {
        var delay = delay(failed);
        var message = failed.content();
        update(INSERT, failed, delay)
                .param("origin", failed.origin().name())
                .param("policy", failed.policy())
                .param("eventId", message.attribute("id"))
                .param("eventSource", message.attribute("source"))
                .param("eventType", message.attribute("type"))
                .param("subject", message.attribute("subject"))
                .param("correlationid", message.attribute("correlationid"))
                .param("contentType", message.properties().getContentType())
                .param("properties", json.write(message.properties()))
                .param("body", message.body())
                .update();
        return noted(failed, delay);
    }

    private State noted(Arrival.Failed failed, Optional<Duration> delay) {
        attempt(jdbc.sql(INSERT_ATTEMPT), failed).update();
        return new State(statusAfter(delay), failed.round());
    }

    private JdbcClient.StatementSpec update(String sql, Arrival.Failed failed, Optional<Duration> delay) {
        var statement = attempt(jdbc.sql(sql.formatted(delay.isPresent() ? DUE : NOT_DUE)), failed)
                .param("status", statusAfter(delay).name())
                .param("trace", failed.trace())
                .param("cut", failed.cut())
                .param("routeId", failed.routeId())
                .param("nodeId", failed.nodeId())
                .param("location", failed.location())
                .param("fingerprint", Fingerprint.of(failed));
        return delay.isPresent() ? statement.param("delay", delay.get().toMillis()) : statement;
    }

    private static JdbcClient.StatementSpec attempt(JdbcClient.StatementSpec statement, Arrival.Failed failed) {
        return statement
                .param("id", failed.failureId())
                .param("round", failed.round())
                .param("tries", failed.tries())
                .param("at", OffsetDateTime.ofInstant(failed.at(), ZoneOffset.UTC))
                .param("host", failed.host())
                .param("exception", failed.exception())
                .param("message", failed.message());
    }

    private Optional<Duration> delay(Arrival.Failed failed) {
        return policies.policyOf(failed).delayBefore(failed.round() + 1, random);
    }

    private static FailureStatus statusAfter(Optional<Duration> delay) {
        return delay.isPresent() ? FailureStatus.RETRYING : FailureStatus.DEAD;
    }

    private Map<String, State> lock(Collection<String> ids) {
        return new HashMap<>(jdbc
                .sql(LOCK)
                .param("ids", ids.stream().distinct().toList())
                .query((row, number) -> Map.entry(
                        Objects.requireNonNull(row.getString("id")),
                        new State(FailureStatus.valueOf(row.getString("status")), row.getInt("round"))))
                .list()
                .stream()
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
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
     * @param lease after which a claim that was neither sent nor postponed is due again
     */
    List<Due> claim(Origin origin, int most, Duration lease) {
        var claimed = transaction.execute(status -> {
            var due = jdbc.sql(CLAIM)
                    .param("origin", origin.name())
                    .param("most", most)
                    .query((row, number) -> new Due(
                            row.getString("id"),
                            new Origin(row.getString("origin")),
                            row.getInt("round") + 1,
                            new FailedMessage(json.read(row.getString("properties")), row.getBytes("body"))))
                    .list();
            postpone(due, lease);
            return due;
        });
        return claimed == null ? List.of() : claimed;
    }

    /** Makes claimed failures due again a while from now. */
    void postpone(Collection<Due> claimed, Duration delay) {
        if (!claimed.isEmpty()) {
            jdbc.sql(POSTPONE)
                    .param("delay", delay.toMillis())
                    .param("ids", claimed.stream().map(Due::id).toList())
                    .update();
        }
    }

    /** Notes that they are back in their queue. */
    void sent(Collection<Due> claimed) {
        transaction.executeWithoutResult(status -> claimed.forEach(each -> jdbc.sql(SENT)
                .param("id", each.id())
                .param("round", each.round() - 1)
                .update()));
    }

    /** Deletes some that ended longer ago than that; false when there are no more. */
    boolean forget(Duration retention) {
        return jdbc.sql(DELETE_ENDED).param("seconds", retention.toSeconds()).update() > 0;
    }
}
