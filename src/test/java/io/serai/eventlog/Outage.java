// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** A database that can be taken away and brought back. */
final class Outage extends DelegatingDataSource {

    private volatile boolean away;

    Outage(DataSource database) {
        super(database);
    }

    void begin() {
        away = true;
    }

    void end() {
        away = false;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (away) {
            throw new SQLException("connection refused", "08001");
        }
        return super.getConnection();
    }
}
