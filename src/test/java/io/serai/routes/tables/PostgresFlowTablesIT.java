// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresFlowTablesIT extends FlowTablesContract {

    @Override
    DriverManagerDataSource newDatabase() {
        var made = SharedNodes.postgres().newDatabase();
        return new DriverManagerDataSource(made.jdbcUrl(), made.user(), made.password());
    }
}
