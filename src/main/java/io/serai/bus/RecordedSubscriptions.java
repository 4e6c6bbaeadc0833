// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Conflict;
import io.serai.message.EventPattern;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** Remembers which subscription is bound to what, since AMQP cannot list bindings. */
final class RecordedSubscriptions {

    /**
     * A subscription as recorded.
     *
     * @param patterns what it is bound to, sorted
     * @param unbind what it was bound to before: a hub with an older route may have bound it once more
     */
    record Recorded(String name, boolean ordered, SortedSet<String> patterns, SortedSet<String> unbind) {

        private void add(String pattern, boolean isGone) {
            (isGone ? unbind : patterns).add(pattern);
        }
    }

    private static final String INSERT_SUBSCRIPTION =
            "INSERT INTO subscription (name, ordered, created_at) VALUES (:name, :ordered, CURRENT_TIMESTAMP) ON CONFLICT DO NOTHING";
    private static final String SELECT_ORDERED = "SELECT ordered FROM subscription WHERE name = :name";
    private static final String IS_ORDERED = SELECT_ORDERED + " FOR UPDATE";
    private static final String INSERT_PATTERN =
            "INSERT INTO subscription_pattern (subscription, pattern, unbind) VALUES (:name, :pattern, FALSE) ON CONFLICT DO NOTHING";
    private static final String MARK_PATTERNS =
            "UPDATE subscription_pattern SET unbind = (CASE WHEN pattern IN (:patterns) THEN FALSE ELSE TRUE END), bound_at = (CASE WHEN pattern IN (:patterns) THEN bound_at END) WHERE subscription = :name";
    private static final String DATE_PATTERNS =
            "UPDATE subscription_pattern SET bound_at = CURRENT_TIMESTAMP WHERE subscription = :name AND pattern IN (:patterns) AND bound_at IS NULL AND NOT unbind";
    private static final String DELETE_SUBSCRIPTION = "DELETE FROM subscription WHERE name = :name";
    private static final String SELECT_ALL = """
            SELECT s.name, s.ordered, p.pattern, p.unbind FROM subscription s
            LEFT JOIN subscription_pattern p ON p.subscription = s.name
            ORDER BY s.name, p.pattern
            """;
    private static final String SELECT_PATTERNS =
            "SELECT pattern, unbind FROM subscription_pattern WHERE subscription = :name";

    private static final String SELECT_BINDINGS = """
            SELECT subscription, pattern, bound_at FROM subscription_pattern WHERE NOT unbind
            ORDER BY subscription, pattern
            """;

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;

    RecordedSubscriptions(JdbcClient jdbc, TransactionOperations transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Records what a subscription is bound to from now on, in all hubs. What it had before stays recorded as to be unbound.
     *
     * @throws Conflict where the subscription exists with another {@code ordered}, which its queue cannot change
     */
    Recorded record(Subscription subscription) {
        return Objects.requireNonNull(transaction.execute(status -> {
            jdbc.sql(INSERT_SUBSCRIPTION)
                    .param("name", subscription.name())
                    .param("ordered", subscription.ordered())
                    .update();
            var ordered = lock(subscription.name()).orElseThrow();
            if (ordered != subscription.ordered()) {
                throw new Conflict("subscribing " + subscription.name() + ": its queue was made with ordered=" + ordered
                        + ", which a queue cannot change; choose another subscription name");
            }
            for (var pattern : subscription.patternTexts()) {
                jdbc.sql(INSERT_PATTERN)
                        .param("name", subscription.name())
                        .param("pattern", pattern)
                        .update();
            }
            jdbc.sql(MARK_PATTERNS)
                    .param("name", subscription.name())
                    .param("patterns", subscription.patternTexts())
                    .update();
            return read(subscription.name(), ordered);
        }));
    }

    /** Does something while no hub can record or remove the subscription; empty where there is none of this name. */
    void locked(String subscription, Consumer<Optional<Recorded>> action) {
        transaction.executeWithoutResult(
                status -> action.accept(lock(subscription).map(ordered -> read(subscription, ordered))));
    }

    private Optional<Boolean> lock(String subscription) {
        return jdbc.sql(IS_ORDERED)
                .param("name", subscription)
                .query(Boolean.class)
                .optional();
    }

    private Recorded read(String subscription, boolean ordered) {
        var recorded = new Recorded(subscription, ordered, new TreeSet<>(), new TreeSet<>());
        jdbc.sql(SELECT_PATTERNS).param("name", subscription).query(row -> {
            recorded.add(row.getString("pattern"), row.getBoolean("unbind"));
        });
        return recorded;
    }

    /** Dates its patterns, which the broker has bound by now; not those that a later one of the name may have. */
    void bound(Subscription subscription) {
        jdbc.sql(DATE_PATTERNS)
                .param("name", subscription.name())
                .param("patterns", subscription.patternTexts())
                .update();
    }

    List<Binding> bindings() {
        return jdbc.sql(SELECT_BINDINGS)
                .query((row, number) -> {
                    var since = row.getObject("bound_at", OffsetDateTime.class);
                    return new Binding(
                            row.getString("subscription"),
                            new EventPattern(row.getString("pattern")),
                            since == null ? null : since.toInstant());
                })
                .list();
    }

    /** Whether the subscription was made with {@code ordered}; empty where there is none of this name. */
    Optional<Boolean> isOrdered(String subscription) {
        return jdbc.sql(SELECT_ORDERED)
                .param("name", subscription)
                .query(Boolean.class)
                .optional();
    }

    /** Forgets a subscription; the next of its name begins anew. */
    void remove(String subscription) {
        jdbc.sql(DELETE_SUBSCRIPTION).param("name", subscription).update();
    }

    Collection<Recorded> all() {
        Map<String, Recorded> recorded = new LinkedHashMap<>();
        jdbc.sql(SELECT_ALL).query(row -> {
            var name = row.getString("name");
            var ordered = row.getBoolean("ordered");
            var of =
                    recorded.computeIfAbsent(name, key -> new Recorded(key, ordered, new TreeSet<>(), new TreeSet<>()));
            if (row.getString("pattern") != null) {
                of.add(row.getString("pattern"), row.getBoolean("unbind"));
            }
        });
        return recorded.values();
    }
}
