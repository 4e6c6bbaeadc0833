// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersFailureIT extends FailureContract {

    @Override
    Map<String, String> servers() {
        var database = SharedNodes.postgres().newDatabase();
        return Map.of(
                "spring.rabbitmq.addresses", SharedNodes.rabbit().newVhost().toString(),
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password());
    }
}
