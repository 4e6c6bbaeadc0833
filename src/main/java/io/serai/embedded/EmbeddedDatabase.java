// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The H2 database in the hub's own process, after its disk was full.
 *
 * <p>H2 closes it then, but holds on to it while one connection is there, and says of each that it is valid. When the last is
 * gone, the next opens the file anew, as after a start.
 */
final class EmbeddedDatabase {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private final HikariDataSource pool;

    EmbeddedDatabase(HikariDataSource pool) {
        this.pool = pool;
    }

    /** Whether it answers; if not, its connections are given up, and the next time may find it open. */
    boolean reopen() {
        try (var connection = pool.getConnection();
                var statement = connection.createStatement()) {
            statement.execute("SELECT 1");
            return true;
        } catch (SQLException closed) {
            LOG.info("Embedded database is opened again, since it closes when it finds no room");
            LOG.debug("Embedded database does not answer", closed);
            var connections = pool.getHikariPoolMXBean();
            if (connections != null) {
                connections.softEvictConnections();
            }
            return false;
        }
    }
}
