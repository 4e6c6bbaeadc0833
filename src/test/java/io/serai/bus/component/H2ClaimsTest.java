// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.testing.Database;

/** In memory, so no I/O. */
class H2ClaimsTest extends ClaimsContract {

    @Override
    Database database() {
        return new Database(
                "jdbc:h2:mem:claims;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1",
                "sa",
                "");
    }
}
