// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.util.Map;

class EmbeddedMendedFulfilmentJourney extends MendedFulfilmentContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
