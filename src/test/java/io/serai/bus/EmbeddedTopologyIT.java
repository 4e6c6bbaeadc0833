// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.Map;

class EmbeddedTopologyIT extends TopologyContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    /** Broker-J compares no arguments. */
    @Override
    void declareOtherwise(Channel channel, String queue) throws IOException {
        channel.queueDeclare(queue, true, false, true, null);
    }
}
