// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import io.serai.bus.suspect.Suspects;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/** Hands on one delivery after the other; the next may come before the last is done. */
final class SingleLane extends Lane {

    private final Consumer<Delivery> handler;

    SingleLane(
            Channel channel,
            Subscription subscription,
            Parking parking,
            Hold hold,
            Suspects suspects,
            Tally tally,
            Lock turn,
            Runnable onLost,
            Consumer<Delivery> handler) {
        super(channel, subscription, subscription.prefetch(), parking, hold, suspects, tally, turn, onLost);
        this.handler = handler;
    }

    @Override
    void work() throws InterruptedException {
        while (isOpen()) {
            var delivery = next(Long.MAX_VALUE);
            // once the channel is closed the broker delivers it again, on another one
            if (delivery != null && isOpen()) {
                hand(delivery);
            }
        }
    }

    private void hand(Delivery delivery) {
        try {
            handler.accept(delivery);
        } catch (Throwable thrown) {
            // an error too: left undecided, the delivery would take up a place of the prefetch for ever
            delivery.failed(thrown);
        }
    }
}
