// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.PreconditionFailed;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * The rules that tell what is worth retrying; the first that fits decides. They change the class that groups show, at once,
 * and what becomes of each round that fails from then on.
 *
 * <p>Thread-safe. A change by another hub is seen within {@link #FRESH}, by one question however many messages fail.
 */
final class Rules {

    /**
     * The rules as they are.
     *
     * @param version 0 while nobody has made any
     */
    record Version(long version, List<Rule> rules) {

        Rule.@Nullable Verdict verdict(String exceptions, @Nullable String message, @Nullable String route) {
            return rules.stream()
                    .filter(rule -> rule.fits(exceptions, message, route))
                    .findFirst()
                    .map(Rule::verdict)
                    .orElse(null);
        }

        Rule.@Nullable Verdict verdict(Arrival.Failed failed) {
            return verdict(chain(failed), failed.message(), failed.routeId());
        }
    }

    static final Duration FRESH = Duration.ofSeconds(1);

    private static final String SELECT = "SELECT version, rules FROM failure_rules ORDER BY version DESC LIMIT 1";
    private static final String INSERT = """
            INSERT INTO failure_rules (version, rules, changed_at, who, reason)
            VALUES (:version, :rules, CURRENT_TIMESTAMP, :who, :reason)
            """;

    private record Seen(Version version, long at) {}

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;
    private final Audit audit;
    private final ObjectMapper json = new ObjectMapper();
    private volatile @Nullable Seen seen;

    Rules(JdbcClient jdbc, TransactionOperations transaction, Audit audit) {
        this.jdbc = jdbc;
        this.transaction = transaction;
        this.audit = audit;
    }

    /** The rules as they were at most {@link #FRESH} ago. */
    Version recent() {
        var last = seen;
        if (last != null && System.nanoTime() - last.at() < FRESH.toNanos()) {
            return last.version();
        }
        return current();
    }

    /** The rules as they are in the database. */
    Version current() {
        var asked = System.nanoTime();
        var version = jdbc.sql(SELECT)
                .query((row, number) -> new Version(row.getLong("version"), read(row.getString("rules"))))
                .optional()
                .orElseGet(() -> new Version(0, List.of()));
        seen = new Seen(version, asked);
        return version;
    }

    /**
     * Puts other rules in place of those of a version.
     *
     * @throws PreconditionFailed where that version is no longer the current one
     */
    Version replace(long expected, List<Rule> rules, String who, String reason) {
        var next = new Version(expected + 1, List.copyOf(rules));
        var text = write(rules);
        try {
            transaction.executeWithoutResult(status -> {
                jdbc.sql(INSERT)
                        .param("version", next.version())
                        .param("rules", text)
                        .param("who", who)
                        .param("reason", reason)
                        .update();
                audit.note(who, Audit.Action.RULES, Long.toString(next.version()), reason, text);
            });
        } catch (DuplicateKeyException overtaken) {
            throw new PreconditionFailed("changing rules: they have changed since they were read, read them again");
        }
        seen = null;
        return next;
    }

    private static String chain(Arrival.Failed failed) {
        return failed.exceptions().isEmpty() ? failed.exception() : failed.exceptions();
    }

    private List<Rule> read(String text) {
        try {
            return json.readValue(text, new TypeReference<List<Rule>>() {});
        } catch (JsonProcessingException ours) {
            throw new IllegalStateException("reading the rules of failures", ours);
        }
    }

    private String write(List<Rule> rules) {
        try {
            return json.writeValueAsString(rules);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("writing the rules of failures", impossible);
        }
    }
}
