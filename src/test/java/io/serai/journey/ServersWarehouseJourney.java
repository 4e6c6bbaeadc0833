// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("long")
@HubServices
class ServersWarehouseJourney extends WarehouseContract {

    private final Map<String, String> servers = SharedNodes.newProperties();

    @Override
    Map<String, String> servers() {
        return servers;
    }

    @Override
    URI broker(HubProcess hub) {
        return URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
    }
}
