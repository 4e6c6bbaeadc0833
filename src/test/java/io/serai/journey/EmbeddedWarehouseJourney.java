// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubProcess;
import java.net.URI;
import java.util.Map;

class EmbeddedWarehouseJourney extends WarehouseContract {

    @Override
    Map<String, String> servers() {
        // the test plays the host
        return Map.of("serai.demo.warehouse", "false", "serai.embedded.broker.queues", "");
    }

    @Override
    URI broker(HubProcess hub) {
        return Brokers.embedded(hub);
    }
}
