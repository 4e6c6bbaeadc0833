// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.util.Map;

@HubServices
class ServersTopologyIT extends TopologyContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    void declareOtherwise(Channel channel, String queue) throws IOException {
        channel.queueDeclare(queue, true, false, false, null);
    }
}
