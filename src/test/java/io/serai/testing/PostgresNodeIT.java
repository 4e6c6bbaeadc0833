// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresNodeIT {

    @Test
    void testsDoNotSeeTheTablesOfOthers(PostgresNode postgres) throws Exception {
        try (var mine = connect(postgres.newDatabase());
                var other = connect(postgres.newDatabase())) {
            mine.createStatement().execute("CREATE TABLE t (n int)");
            assertThatThrownBy(() -> other.createStatement().execute("SELECT * FROM t"))
                    .hasMessageContaining("does not exist");
        }
    }

    @Test
    void terminatedConnectionsAreCutAndNewOnesAreLetIn(PostgresNode postgres) throws Exception {
        var database = postgres.newDatabase();
        try (var connection = connect(database)) {
            postgres.terminateConnections(database);
            assertThatThrownBy(() -> connection.createStatement().execute("SELECT 1"))
                    .isInstanceOf(SQLException.class);
        }
        try (var connection = connect(database)) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void aPrivateNodeKeepsCommitsOverAKill() throws Exception {
        try (var postgres = PostgresNode.startPrivate()) {
            var database = postgres.newDatabase();
            try (var connection = connect(database)) {
                connection.createStatement().execute("CREATE TABLE t (n int)");
                postgres.kill9();
            }
            postgres.start();
            try (var connection = connect(database)) {
                connection.createStatement().execute("SELECT * FROM t");
                postgres.stop();
            }
        }
    }

    private static Connection connect(Database database) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }
}
