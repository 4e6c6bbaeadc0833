// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Unavailable;
import java.util.concurrent.CompletableFuture;

/** Sends a message that had failed back to the one queue it came from, and to no other subscriber. */
public final class Retries {

    private static final String QUEUE = "queue:";

    private final Publishing publishing;
    private final QueueDepths queues;

    Retries(Publishing publishing, QueueDepths queues) {
        this.publishing = publishing;
        this.queues = queues;
    }

    /** Whether the broker is there. */
    public boolean isUp() {
        return publishing.isUp();
    }

    /** Whether the queue is there, or the broker cannot be asked. */
    public boolean isThere(String from) {
        try {
            return queues.of(queue(from)).isPresent();
        } catch (Unavailable away) {
            return true;
        }
    }

    /**
     * Sends it, marked, mandatory and confirmed.
     *
     * @param from a subscription, or {@code queue:NAME}, as it was parked
     * @return as {@link Publishing#send}; fails also where the queue is no longer there
     */
    public CompletableFuture<Void> send(String from, Retried retried, BasicProperties properties, byte[] body) {
        var named = properties.getMessageId() == null
                ? properties.builder().messageId(retried.failureId()).build()
                : properties;
        return publishing.send(retried.failureId(), "", queue(from), retried.mark(named), body);
    }

    private static String queue(String from) {
        return from.startsWith(QUEUE) ? from.substring(QUEUE.length()) : BusTopology.queueOf(from);
    }
}
