// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("long")
@HubServices
class ServersFulfilmentJourney extends FulfilmentContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
