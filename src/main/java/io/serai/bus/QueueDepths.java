// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.serai.message.Unavailable;
import java.util.Optional;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;

/** Asks the broker how much waits in a queue and who reads it, by declaring it passively. */
public final class QueueDepths {

    /**
     * A queue as the broker sees it.
     *
     * @param messages ready; those that a consumer has in hand are not among them
     */
    public record Depth(long messages, long consumers) {}

    /** The queue of what failed. */
    public static final String FAILURES = BusTopology.FAILURES;

    private final BrokerLink link;
    private final AmqpAdmin broker;

    QueueDepths(BrokerLink link, AmqpAdmin broker) {
        this.link = link;
        this.broker = broker;
    }

    /** The queue of a subscription. */
    public static String queueOf(String subscription) {
        return BusTopology.queueOf(subscription);
    }

    /**
     * One round trip; empty where there is no such queue.
     *
     * @throws Unavailable while the broker is away
     */
    public Optional<Depth> of(String queue) {
        try {
            var found = link.isUp() ? broker.getQueueInfo(queue) : null;
            if (found == null && !link.isUp()) {
                throw new Unavailable("asking for queue " + queue + ": the broker is away, try again");
            }
            return found == null
                    ? Optional.empty()
                    : Optional.of(new Depth(found.getMessageCount(), found.getConsumerCount()));
        } catch (AmqpException away) {
            throw new Unavailable("asking for queue " + queue + ": the broker is away, try again", away);
        }
    }
}
