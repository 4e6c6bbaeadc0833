// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Connection;
import java.util.HashMap;
import java.util.Map;

/** Tells the brokers apart: the arguments of a durable queue, and the facts that only one of them keeps or reports. */
public enum BrokerDialect {

    /**
     * Replicated queues that keep a message whatever its number of redeliveries: the delivery limit counts dropped
     * connections on RabbitMQ 4 (default 20), and -1, the remedy there, drops at the first requeue on 3.10.
     */
    RABBITMQ {
        @Override
        Map<String, Object> queueArguments(boolean deadLetters) {
            var arguments = new HashMap<String, Object>();
            arguments.put("x-queue-type", "quorum");
            arguments.put("x-delivery-limit", 1_000_000_000);
            arguments.put("x-overflow", "reject-publish");
            if (deadLetters) {
                arguments.put("x-dead-letter-exchange", BusTopology.DEAD);
                arguments.put("x-dead-letter-strategy", "at-least-once");
            }
            return arguments;
        }
    },

    /** Broker-J closes the whole connection on an argument it does not know; its durable queues need none. */
    BROKER_J {
        @Override
        Map<String, Object> queueArguments(boolean deadLetters) {
            return new HashMap<>();
        }

        @Override
        boolean cancelsConsumersOfDeletedQueues() {
            return false;
        }

        @Override
        public boolean forgetsRedeliveries() {
            return true;
        }
    };

    abstract Map<String, Object> queueArguments(boolean deadLetters);

    /** Whether a consumer hears that its queue was deleted. */
    boolean cancelsConsumersOfDeletedQueues() {
        return true;
    }

    /** Whether the broker loses the mark {@code redelivered} of its messages when it is restarted. */
    public boolean forgetsRedeliveries() {
        return false;
    }

    public static BrokerDialect of(Connection connection) {
        var product = String.valueOf(connection.getServerProperties().get("product"));
        return product.equals("RabbitMQ") ? RABBITMQ : BROKER_J;
    }
}
