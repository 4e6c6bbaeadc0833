// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import org.springframework.jdbc.datasource.DriverManagerDataSource;

class H2SuspectsTest extends SuspectsContract {

    @Override
    DriverManagerDataSource database() {
        return new DriverManagerDataSource(
                "jdbc:h2:mem:suspects;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DB_CLOSE_DELAY=-1", "sa", "");
    }
}
