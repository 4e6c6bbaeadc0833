// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.jdbc.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Puts an H2 file under the data directory where Boot would look for a database, when none is configured. */
@Configuration(proxyBeanMethods = false)
@Conditional(OnEmbedded.Database.class)
class EmbeddedDatabaseConfiguration {

    /**
     * As PostgreSQL as H2 can be. WRITE_DELAY=0: with the default a killed process loses commits it has acknowledged.
     * DB_CLOSE_ON_EXIT=FALSE: the pool closes the database in its turn, not H2's own shutdown hook under running
     * transactions. TRACE_LEVEL_FILE=0: what fails is told where it fails, not in a file beside the data.
     */
    private static final String OPTIONS =
            ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0;LOCK_TIMEOUT=10000;DB_CLOSE_ON_EXIT=FALSE;TRACE_LEVEL_FILE=0";

    @Bean
    JdbcConnectionDetails embeddedDatabase(DataDirectory directory) {
        var url = "jdbc:h2:file:" + directory.resolve("database/serai") + OPTIONS;
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return "sa";
            }

            @Override
            public String getPassword() {
                return "";
            }

            @Override
            public String getJdbcUrl() {
                return url;
            }
        };
    }

    @Bean
    EmbeddedDatabase embeddedDatabaseFile(DataSource pool, DiskSpace disk) throws SQLException {
        var database = new EmbeddedDatabase(pool.unwrap(HikariDataSource.class));
        disk.watchOver(least -> database.reopen());
        return database;
    }
}
