// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.SQLExceptionSubclassTranslator;

class DatabaseAwayTest {

    @ParameterizedTest
    @CsvSource({
        "08000, connection exception",
        "08001, no connection to the server",
        "08003, connection does not exist",
        "08004, server rejected the connection",
        "08006, connection failure",
        "08P01, protocol violation (a connection pooler whose server is gone)",
        "25006, read-only transaction (a standby)",
        "25P03, idle-in-transaction timeout: the server has cut the connection",
        "25P04, transaction timeout: likewise",
        "40001, serialization failure (conflict with recovery)",
        "40003, statement completion unknown",
        "40P01, deadlock detected",
        "53000, insufficient resources",
        "53100, disk full",
        "53200, out of memory",
        "53300, too many connections",
        "53400, configuration limit exceeded",
        "55P03, lock not available",
        "57014, query cancelled",
        "57P01, administrator shutdown",
        "57P02, crash shutdown",
        "57P03, cannot connect now",
        "57P05, idle session timeout",
        "58000, system error",
        "58030, I/O error",
        "HYT00, H2: lock timeout",
        "90097, H2: read-only",
        "90098, H2: closed",
        "90131, H2: concurrent update"
    })
    void aDatabaseThatCannotServeNowIsAway(String state, String why) {
        assertThat(thrownOf(state)).as(why).matches(DatabaseAway::is);
    }

    @ParameterizedTest
    @CsvSource({
        "22001, value too long",
        "22021, U+0000",
        "23502, not null",
        "23505, unique",
        "25P02, a statement of this transaction had failed before",
        "42501, insufficient privilege",
        "42P01, undefined table",
        "42601, syntax error",
        "54000, index row too large",
        "54001, statement too complex",
        "P0001, raised by a trigger",
        "99999, unknown"
    })
    void oneThatRefusesWhatItIsGivenIsNot(String state, String why) {
        assertThat(thrownOf(state)).as(why).matches(refused -> !DatabaseAway.is(refused));
    }

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

    /** An interrupt closes the file under H2, as a disk that is full or gone does: to H2 it is a general error. */
    @Test
    void anEmbeddedDatabaseThatCannotWriteItsFileIsAway(@TempDir Path folder) throws Exception {
        var url = "jdbc:h2:file:" + folder.resolve("gone") + ";WRITE_DELAY=0;TRACE_LEVEL_FILE=0";
        // nor can it be closed in order
        var jdbc = new JdbcTemplate(new SingleConnectionDataSource(DriverManager.getConnection(url), true));
        jdbc.execute("create table kept (text varchar)");

        Thread.currentThread().interrupt();
        var first = catchThrowable(() -> jdbc.update("insert into kept values (?)", "x".repeat(100_000)));
        var interrupted = Thread.interrupted();

        assertThat(interrupted).isTrue();
        assertThat(first).isInstanceOf(UncategorizedSQLException.class).matches(DatabaseAway::is);
        assertThat(catchThrowable(() -> jdbc.update("insert into kept values ('y')")))
                .matches(DatabaseAway::is);
    }

    @Test
    void anEmbeddedDatabaseWhoseFileMayOnlyBeReadIsAway(@TempDir Path folder) {
        var url = "jdbc:h2:file:" + folder.resolve("read");
        new JdbcTemplate(new DriverManagerDataSource(url)).execute("create table kept (text varchar)");
        var jdbc = new JdbcTemplate(new DriverManagerDataSource(url + ";ACCESS_MODE_DATA=r"));
        assertThat(catchThrowableOfType(DataAccessException.class, () -> jdbc.update("delete from kept")))
                .matches(DatabaseAway::is);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select nonsense(", "select 1/0", "insert into absent values (1)"})
    void aStatementThatIsWrongIsNoDatabaseThatIsAway(String wrong) {
        var jdbc = new JdbcTemplate(new DriverManagerDataSource("jdbc:h2:mem:wrong"));
        assertThat(catchThrowable(() -> jdbc.execute(wrong))).matches(refused -> !DatabaseAway.is(refused));
    }

    /** As Spring translates it. */
    private static DataAccessException thrownOf(String state) {
        var refused = new SQLException("as the database says", state);
        var translated = new SQLExceptionSubclassTranslator().translate("working", "SQL", refused);
        return translated == null ? new UncategorizedSQLException("working", "SQL", refused) : translated;
    }
}
