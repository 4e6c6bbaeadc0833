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
import org.junit.jupiter.api.Timeout;
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
    @Timeout(120) // each portion was as long as the table times itself on H2
    void allThatAreTooOldAreForgottenHoweverManyAndNoOther() {
        claim(20_500, "old-", "CURRENT_TIMESTAMP - INTERVAL '2' HOUR");
        claim(20_000, "new-", "CURRENT_TIMESTAMP");

        new OnceOnly(jdbc, TransactionOperations.withoutTransaction()).forget(Duration.ofHours(1));

        assertThat(jdbc.queryForList("SELECT id FROM processed_event ORDER BY id", String.class))
                .hasSize(20_000)
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
