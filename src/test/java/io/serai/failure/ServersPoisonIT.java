// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersPoisonIT extends PoisonContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    int levels() {
        return 5_000;
    }
}
