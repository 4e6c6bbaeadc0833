// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Databases in memory that have the hub's tables, one for each case. */
final class ScratchDatabase {

    /** As the embedded database is set. */
    private static final String OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1";

    /** What the migrations make, so that they run once. */
    private final String tables;

    ScratchDatabase() {
        var migrated = open();
        Flyway.configure().dataSource(migrated).load().migrate();
        var jdbc = new JdbcTemplate(migrated);
        tables = String.join("\n", jdbc.queryForList("SCRIPT NOSETTINGS", String.class));
        close(migrated);
    }

    DataSource create() {
        var database = open();
        new JdbcTemplate(database).execute(tables);
        return database;
    }

    void close(DataSource database) {
        new JdbcTemplate(database).execute("SHUTDOWN");
    }

    private static DataSource open() {
        var database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:route-test-" + UUID.randomUUID() + OPTIONS);
        database.setUser("sa");
        return database;
    }
}
