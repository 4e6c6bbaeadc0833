// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.testing.HubServices;
import io.serai.testing.PostgresNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresEventLogIT extends EventLogContract {

    private static LogDatabase database;

    @BeforeAll
    static void open(PostgresNode postgres) {
        var made = postgres.newDatabase();
        database = LogDatabase.at(made.jdbcUrl(), made.user(), made.password());
    }

    @Override
    LogDatabase database() {
        return database;
    }

    @AfterAll
    static void close() {
        database.close();
    }
}
