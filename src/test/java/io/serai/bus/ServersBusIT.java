// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersBusIT extends BusContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
