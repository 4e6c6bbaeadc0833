// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubProcess;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("long")
class EmbeddedShipmentReportJourney extends ShipmentReportContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    @Override
    URI broker(HubProcess hub) {
        return Brokers.embedded(hub);
    }
}
