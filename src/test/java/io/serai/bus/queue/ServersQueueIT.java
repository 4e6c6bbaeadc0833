// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersQueueIT extends QueueContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    String inAMinute() {
        return "60000";
    }
}
