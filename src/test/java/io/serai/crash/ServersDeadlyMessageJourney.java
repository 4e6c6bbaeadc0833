// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;

@HubServices
class ServersDeadlyMessageJourney extends DeadlyMessageContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    URI broker(Path folder, Map<String, String> servers) {
        return URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
    }

    @Override
    String proof() {
        return "deadly-message-servers";
    }
}
