// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.util.Map;

class EmbeddedKilledHubJourney extends KilledHubContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    @Override
    String proof() {
        return "killed-hub-embedded";
    }
}
