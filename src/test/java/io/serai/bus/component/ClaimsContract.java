// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.testing.Database;
import java.time.Duration;
import java.util.stream.IntStream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionOperations;

/** What idempotent subscriptions have claimed, in a database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ClaimsContract {

    private JdbcTemplate jdbc;

    abstract Database database();

    @BeforeAll
    void migrate() {
        var where = database();
        var source = new DriverManagerDataSource(where.jdbcUrl(), where.user(), where.password());
        Flyway.configure().dataSource(source).load().migrate();
        jdbc = new JdbcTemplate(source);
    }

    @Test
    void allThatAreTooOldAreForgottenHoweverManyAndNoOther() {
        claim(2_500, "old-", "CURRENT_TIMESTAMP - INTERVAL '2' HOUR");
        claim(10, "new-", "CURRENT_TIMESTAMP");

        new OnceOnly(jdbc, TransactionOperations.withoutTransaction()).forget(Duration.ofHours(1));

        assertThat(jdbc.queryForList("SELECT id FROM processed_event ORDER BY id", String.class))
                .hasSize(10)
                .allMatch(id -> id.startsWith("new-"));
    }

    private void claim(int count, String prefix, String when) {
        jdbc.batchUpdate(
                "INSERT INTO processed_event (subscription, source, id, processed_at) VALUES ('s', '/t', ?, " + when
                        + ")",
                IntStream.range(0, count)
                        .mapToObj(number -> new Object[] {prefix + number})
                        .toList());
    }
}
