// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.tables;

import java.util.UUID;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

class H2FlowTablesTest extends FlowTablesContract {

    @Override
    DriverManagerDataSource newDatabase() {
        return new DriverManagerDataSource(
                "jdbc:h2:mem:" + UUID.randomUUID() + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1",
                "sa",
                "");
    }
}
