// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import java.util.Map;

class EmbeddedQueueIT extends QueueContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    /** Broker-J takes a point in time, as the first AMQP 0-9-1 clients meant it. */
    @Override
    String inAMinute() {
        return Long.toString(System.currentTimeMillis() + 60_000);
    }
}
