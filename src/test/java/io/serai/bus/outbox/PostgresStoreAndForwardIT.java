// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class PostgresStoreAndForwardIT extends StoreAndForwardContract {

    @Override
    Map<String, String> database() {
        var database = SharedNodes.postgres().newDatabase();
        return Map.of(
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password());
    }
}
