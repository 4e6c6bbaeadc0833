// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import io.serai.testing.Database;

/** In memory, so no I/O. */
class H2RegistryTest extends RegistryContract {

    @Override
    Database database() {
        return new Database(
                "jdbc:h2:mem:registry;MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;DB_CLOSE_DELAY=-1",
                "sa",
                "");
    }
}
