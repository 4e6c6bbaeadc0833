// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresLeaseIT extends LeaseContract {

    @Override
    DriverManagerDataSource database() {
        var database = SharedNodes.postgres().newDatabase();
        return new DriverManagerDataSource(database.jdbcUrl(), database.user(), database.password());
    }
}
