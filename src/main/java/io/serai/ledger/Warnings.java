// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.ledger.Warning.Kind;
import io.serai.message.Printable;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The warnings that hold, the same in all hubs; each is logged once when it begins and once when it ends. */
final class Warnings {

    /** What a warning is about. */
    record Key(Kind kind, String name) {}

    private static final Logger LOG = LoggerFactory.getLogger(Warnings.class);
    private static final int MAX_NAME = 255;
    private static final int MAX_DETAIL = 1000;

    private static final String SELECT =
            "SELECT kind, name, detail, since FROM warning ORDER BY since DESC, kind, name";
    private static final String INSERT =
            "INSERT INTO warning (kind, name, detail, since) VALUES (:kind, :name, :detail, :since)";
    private static final String UPDATE = "UPDATE warning SET detail = :detail WHERE kind = :kind AND name = :name";
    private static final String DELETE = "DELETE FROM warning WHERE kind = :kind AND name = :name";

    private final JdbcClient jdbc;
    private final TransactionOperations transaction;

    Warnings(JdbcClient jdbc, TransactionOperations transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /** Youngest first. */
    List<Warning> list() {
        return jdbc.sql(SELECT)
                .query((row, number) -> new Warning(
                        Kind.valueOf(row.getString("kind")),
                        row.getString("name"),
                        row.getString("detail"),
                        Instant.ofEpochMilli(row.getLong("since"))))
                .list();
    }

    /** Says what holds now; what held before and is not among it has ended. */
    void hold(Collection<Warning> holding) {
        var now = new LinkedHashMap<Key, Warning>();
        holding.forEach(each -> now.putIfAbsent(key(each), each));
        transaction.executeWithoutResult(status -> {
            Map<Key, Warning> before = list().stream().collect(Collectors.toMap(Warnings::key, each -> each));
            before.forEach((key, ended) -> {
                if (!now.containsKey(key)) {
                    statement(DELETE, key).update();
                    LOG.info("warning ended kind={} name={}", key.kind(), Printable.of(key.name()));
                }
            });
            now.forEach((key, warning) -> {
                var known = before.get(key);
                var detail = cut(warning.detail(), MAX_DETAIL);
                if (known == null) {
                    statement(INSERT, key)
                            .param("detail", detail)
                            .param("since", warning.since().toEpochMilli())
                            .update();
                    LOG.warn("{} kind={} name={}", Printable.of(detail), key.kind(), Printable.of(key.name()));
                } else if (!known.detail().equals(detail)) {
                    statement(UPDATE, key).param("detail", detail).update();
                }
            });
        });
    }

    private JdbcClient.StatementSpec statement(String sql, Key key) {
        return jdbc.sql(sql).param("kind", key.kind().name()).param("name", key.name());
    }

    static Key key(Warning warning) {
        return new Key(warning.kind(), cut(warning.name(), MAX_NAME));
    }

    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most);
    }
}
