// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresSuspectsIT extends SuspectsContract {

    private @Nullable DriverManagerDataSource database;

    @Override
    DriverManagerDataSource database() {
        if (database == null) {
            var made = SharedNodes.postgres().newDatabase();
            database = new DriverManagerDataSource(made.jdbcUrl(), made.user(), made.password());
        }
        return database;
    }
}
