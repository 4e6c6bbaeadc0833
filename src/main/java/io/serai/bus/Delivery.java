// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Event;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One event on its way to a subscriber, un-acknowledged until {@link #done}, {@link #failed} or {@link #giveBack} is
 * called; the first call counts. Each may be called from any thread, later. If none is, the event is delivered again after
 * a restart.
 */
public final class Delivery {

    private final Event event;
    private final BasicProperties properties;
    private final long tag;
    private final Lane lane;
    private final AtomicBoolean settled = new AtomicBoolean();

    Delivery(Event event, BasicProperties properties, long tag, Lane lane) {
        this.event = event;
        this.properties = properties;
        this.tag = tag;
        this.lane = lane;
    }

    public Event event() {
        return event;
    }

    /** The subscriber has dealt with the event: acknowledges it. */
    public void done() {
        if (settled.compareAndSet(false, true)) {
            lane.tally().delivered(lane.subscription(), event, Tally.windowOf(properties));
            var retried = Retried.of(properties);
            if (retried == null) {
                lane.done(tag);
            } else {
                lane.resolve(tag, retried);
            }
        }
    }

    /** The subscriber cannot: parks the event in {@code serai.failures} with its facts, then acknowledges it. */
    public void failed(Failure failure) {
        if (settled.compareAndSet(false, true)) {
            // only when it is parked: one that is not is delivered again
            var unused = lane.park(tag, properties, event.data(), failure)
                    .thenRun(() -> lane.tally().failed(lane.subscription(), event, Tally.windowOf(properties)));
        }
    }

    public void failed(Throwable cause) {
        failed(Failure.of(cause));
    }

    /** The subscriber stops before it could deal with the event: it goes back to its queue, for whoever reads that next. */
    public void giveBack() {
        if (settled.compareAndSet(false, true)) {
            lane.giveBack(tag);
        }
    }

    boolean isSettled() {
        return settled.get();
    }
}
