// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

class DatabaseAwayTest {

    @Test
    void aConnectionThatThePoolHasClosedIsADatabaseThatIsAway() throws Exception {
        var settings = new HikariConfig();
        settings.setJdbcUrl("jdbc:h2:mem:away");
        try (var pool = new HikariDataSource(settings)) {
            var connection = pool.getConnection();
            connection.close();
            var jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            assertThat(catchThrowable(() -> jdbc.execute("select 1"))).matches(DatabaseAway::is);
        }
    }

    @Test
    void whatTheDatabaseRefusesIsNot() {
        assertThat(new UncategorizedSQLException("x", "y", new SQLException("no", "99999")))
                .matches(refused -> !DatabaseAway.is(refused));
    }
}
