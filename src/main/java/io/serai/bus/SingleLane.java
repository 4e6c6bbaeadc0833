// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import java.util.function.Consumer;

/** Hands on one delivery after the other, on the client's thread; the next may come before the last is done. */
final class SingleLane extends Lane {

    private final Consumer<Delivery> handler;

    SingleLane(
            Channel channel,
            Subscription subscription,
            Parking parking,
            Hold hold,
            Tally tally,
            Runnable onLost,
            Consumer<Delivery> handler) {
        super(channel, subscription, parking, hold, tally, onLost);
        this.handler = handler;
    }

    @Override
    void take(Delivery delivery) {
        try {
            handler.accept(delivery);
        } catch (Throwable thrown) {
            // an error too: left undecided, the delivery would take up a place of the prefetch for ever
            delivery.failed(thrown);
        }
    }
}
