// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.EventIds;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Claims requests for one hub at a time, and keeps their answers (table {@code kept_answer}).
 *
 * <p>Each statement is a transaction of its own: a request waits for no other, and a claim holds no connection while its
 * request is run. All hubs of a database share them, and the database's clock.
 */
final class KeptAnswers {

    /** What a request with a key meets. */
    sealed interface Found permits Claim, Running, Done {}

    /** Nobody has run it: now this hub does, and {@link #keep keeps} its answer or {@link #release releases} it. */
    record Claim(String request, String id) implements Found {}

    /** A hub is at it, with the same content or another. */
    record Running(boolean same) implements Found {}

    /** It was answered. */
    record Done(boolean same, KeptAnswer answer) implements Found {}

    private record Row(String fingerprint, @Nullable KeptAnswer answer) {}

    private static final TypeReference<Map<String, List<String>>> HEADERS = new TypeReference<>() {};
    private static final int MOST_LOOKS = 5;
    private static final int PORTION = 500;

    private static final String UNTIL = "CURRENT_TIMESTAMP + CAST(:lease AS INTEGER) * INTERVAL '1' SECOND";
    private static final String EXPIRES = "CURRENT_TIMESTAMP + CAST(:retention AS INTEGER) * INTERVAL '1' SECOND";
    private static final String CLAIM = """
            INSERT INTO kept_answer (request, fingerprint, claim, claimed_until, expires_at)
            VALUES (:request, :fingerprint, :claim, %s, %s) ON CONFLICT DO NOTHING
            """.formatted(UNTIL, EXPIRES);
    private static final String TAKE_OVER = """
            UPDATE kept_answer SET fingerprint = :fingerprint, claim = :claim, claimed_until = %s,
                expires_at = %s, status = NULL, headers = NULL, body = NULL
            WHERE request = :request AND (expires_at <= CURRENT_TIMESTAMP
                OR (status IS NULL AND claimed_until <= CURRENT_TIMESTAMP AND fingerprint = :fingerprint))
            """.formatted(UNTIL, EXPIRES);
    private static final String FIND =
            "SELECT fingerprint, status, headers, body FROM kept_answer WHERE request = :request";
    private static final String KEEP = """
            UPDATE kept_answer SET status = :status, headers = :headers, body = :body, expires_at = %s
            WHERE request = :request AND claim = :claim
            """.formatted(EXPIRES);
    private static final String RELEASE =
            "DELETE FROM kept_answer WHERE request = :request AND claim = :claim AND status IS NULL";
    private static final String RENEW = """
            UPDATE kept_answer SET claimed_until = %s, expires_at = %s
            WHERE request IN (:requests) AND claim IN (:claims) AND status IS NULL
            """.formatted(UNTIL, EXPIRES);
    /** In portions, so that no transaction is long; up to a time, since H2 asks a subquery once more for each row. */
    private static final String SELECT_PORTION = """
            SELECT MAX(expires_at) FROM (SELECT expires_at FROM kept_answer
                WHERE expires_at <= CURRENT_TIMESTAMP ORDER BY expires_at LIMIT 1000) AS oldest
            """;

    private static final String FORGET = "DELETE FROM kept_answer WHERE expires_at <= :until";

    /** What this hub runs at the moment; what is not among it is not renewed. */
    private final Set<Claim> running = ConcurrentHashMap.newKeySet();

    private final JdbcClient jdbc;
    private final ObjectMapper json;
    private final long lease;
    private final long retention;

    /**
     * @param lease for how long a claim that is not renewed keeps other hubs off, in whole seconds
     * @param retention how long answers are kept, in whole seconds
     */
    KeptAnswers(JdbcClient jdbc, ObjectMapper json, Duration lease, Duration retention) {
        this.jdbc = jdbc;
        this.json = json;
        this.lease = lease.toSeconds();
        this.retention = retention.toSeconds();
    }

    /**
     * Claims the request, or tells what became of it.
     *
     * @throws org.springframework.dao.DataAccessException where the database is away: nothing is claimed
     */
    Found claim(String request, String fingerprint) {
        var claim = new Claim(request, EventIds.next());
        for (int look = 0; look < MOST_LOOKS; look++) {
            if (claimed(CLAIM, claim, fingerprint) || claimed(TAKE_OVER, claim, fingerprint)) {
                running.add(claim);
                return claim;
            }
            var row = jdbc.sql(FIND)
                    .param("request", request)
                    .query((found, number) -> row(found))
                    .optional();
            if (row.isPresent()) {
                var same = row.get().fingerprint().equals(fingerprint);
                var answer = row.get().answer();
                return answer == null ? new Running(same) : new Done(same, answer);
            }
            // released between the two looks
        }
        return new Running(true);
    }

    private boolean claimed(String how, Claim claim, String fingerprint) {
        try {
            return jdbc.sql(how)
                            .param("request", claim.request())
                            .param("fingerprint", fingerprint)
                            .param("claim", claim.id())
                            .param("lease", lease)
                            .param("retention", retention)
                            .update()
                    == 1;
        } catch (ConcurrencyFailureException | DuplicateKeyException another) {
            // H2 refuses one of two that insert at the same moment, where PostgreSQL waits
            return false;
        }
    }

    /** Keeps the answer; false where the claim was lost meanwhile, to another hub. */
    boolean keep(Claim claim, KeptAnswer answer) {
        running.remove(claim);
        return jdbc.sql(KEEP)
                        .param("status", answer.status())
                        .param("headers", text(answer.headers()))
                        .param("body", answer.body())
                        .param("retention", retention)
                        .param("request", claim.request())
                        .param("claim", claim.id())
                        .update()
                == 1;
    }

    /** Lets the request be run again. */
    void release(Claim claim) {
        running.remove(claim);
        jdbc.sql(RELEASE)
                .param("request", claim.request())
                .param("claim", claim.id())
                .update();
    }

    /** Keeps other hubs off what this one runs, for another lease. */
    void renew() {
        var claims = List.copyOf(running);
        for (int from = 0; from < claims.size(); from += PORTION) {
            var portion = claims.subList(from, Math.min(claims.size(), from + PORTION));
            jdbc.sql(RENEW)
                    .param("lease", lease)
                    .param("retention", retention)
                    .param("requests", portion.stream().map(Claim::request).toList())
                    .param("claims", portion.stream().map(Claim::id).toList())
                    .update();
        }
    }

    /** Forgets answers past their time. */
    void forget() {
        for (var until = portion(); until != null; until = portion()) {
            jdbc.sql(FORGET).param("until", until).update();
        }
    }

    private @Nullable OffsetDateTime portion() {
        return jdbc.sql(SELECT_PORTION)
                .query((row, number) -> Optional.ofNullable(row.getObject(1, OffsetDateTime.class)))
                .single()
                .orElse(null);
    }

    private Row row(ResultSet found) throws SQLException {
        var status = found.getObject("status", Integer.class);
        return new Row(
                found.getString("fingerprint"),
                status == null
                        ? null
                        : new KeptAnswer(status, headers(found.getString("headers")), found.getBytes("body")));
    }

    private String text(Map<String, List<String>> headers) {
        try {
            return json.writeValueAsString(headers);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("texts are always JSON", impossible);
        }
    }

    private Map<String, List<String>> headers(String text) {
        try {
            return json.readValue(text, HEADERS);
        } catch (JsonProcessingException damaged) {
            throw new IllegalStateException("reading a kept answer: its headers are damaged", damaged);
        }
    }
}
