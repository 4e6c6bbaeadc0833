// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.util.Map;

class EmbeddedBusIT extends BusContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
