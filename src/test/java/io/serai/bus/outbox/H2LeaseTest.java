// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

class H2LeaseTest extends LeaseContract {

    @Override
    DriverManagerDataSource database() {
        return new DriverManagerDataSource(
                "jdbc:h2:mem:lease;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1", "sa", "");
    }
}
