// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersLostTailIT extends LostTailContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    int hubs() {
        return 2;
    }

    @Override
    String proof() {
        return "lost-tail-servers";
    }
}
