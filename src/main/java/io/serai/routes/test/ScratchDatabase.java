// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.message.Invalid;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.tables.FlowTables;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.h2.jdbcx.JdbcDataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Databases in memory that have the tables of the hub and of flows, one for each case. */
final class ScratchDatabase {

    /** As the embedded database is set. */
    private static final String OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;DB_CLOSE_DELAY=-1";

    /** What the migrations make, so that they run once. */
    private final String tables;

    private final List<RouteFile> scripts;

    /**
     * @param scripts the migrations of flows
     * @throws Invalid where one of them fails
     */
    ScratchDatabase(List<RouteFile> scripts) {
        this.scripts = scripts;
        var migrated = open();
        Flyway.configure().dataSource(migrated).load().migrate();
        for (var wrong : new FlowTables(migrated).migrate(scripts)) {
            throw new Invalid(wrong.file() + ":" + wrong.line() + ": " + wrong.message());
        }
        var jdbc = new JdbcTemplate(migrated);
        tables = String.join("\n", jdbc.queryForList("SCRIPT NOSETTINGS", String.class));
        close(migrated);
    }

    boolean isOf(List<RouteFile> others) {
        return scripts.equals(others);
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
