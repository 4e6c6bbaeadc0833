// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import com.rabbitmq.client.ShutdownSignalException;
import io.serai.message.Unavailable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.rabbit.core.RabbitOperations;

/**
 * Knows which exchanges are there. A broker closes the channel that publishes to one that is not, which would fail what
 * other routes have in flight on it: so it is asked before the first message, on another channel.
 */
final class KnownExchanges {

    private final RabbitOperations broker;
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    KnownExchanges(RabbitOperations broker) {
        this.broker = broker;
    }

    /** @throws Unavailable where the exchange, or the broker, is not there */
    void require(String exchange) {
        if (exchange.isEmpty() || known.contains(exchange)) {
            return;
        }
        try {
            broker.execute(channel -> channel.exchangeDeclarePassive(exchange));
            known.add(exchange);
        } catch (AmqpException | ShutdownSignalException missing) {
            throw new Unavailable(
                    "sending to exchange '" + exchange
                            + "': it is not there, or the broker is away; its owner declares it",
                    missing);
        }
    }

    /** It may have been deleted since. */
    void doubt(String exchange) {
        known.remove(exchange);
    }
}
