// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.suspect.Suspects;
import io.serai.message.Event;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event on its way to a subscriber, un-acknowledged until {@link #done}, {@link #failed} or {@link #giveBack} is
 * called; the first call counts. Each may be called from any thread, later. If none is, the event is delivered again after
 * a restart.
 */
public final class Delivery {

    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final Event event;
    private final BasicProperties properties;
    private final boolean redelivered;
    private final long tag;
    private final Lane lane;
    private final AtomicBoolean settled = new AtomicBoolean();
    private volatile Suspects.@Nullable Trial trial;

    Delivery(Event event, BasicProperties properties, boolean redelivered, long tag, Lane lane) {
        this.event = event;
        this.properties = properties;
        this.redelivered = redelivered;
        this.tag = tag;
        this.lane = lane;
    }

    public Event event() {
        return event;
    }

    /** The subscriber has dealt with the event: acknowledges it. */
    public void done() {
        if (settle()) {
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
        if (settleButKeep()) {
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
        if (settle()) {
            lane.giveBack(tag);
        }
    }

    /**
     * The subscriber cannot, and the next must not be done before this one: waits until it may be tried again, by the
     * subscription's policy, and keeps the calling thread so long. The queue stands meanwhile, and
     * {@code GET /api/failures} says why.
     *
     * @return the same event, to be tried again and then settled; null where this is dealt with: its rounds are used up,
     *     a person has given it up, or it has gone back to its queue, with those behind it
     */
    public @Nullable Delivery hold(Failure failure) {
        if (!settleButKeep()) {
            return null;
        }
        try {
            return lane.holdBack(this, failure);
        } catch (RuntimeException unforeseen) {
            // left undecided, it would take up a place of the prefetch for ever
            LOG.error("holding an event back stumbled, its queue does not wait for it; please report", unforeseen);
            settled.set(false);
            failed(failure);
            return null;
        }
    }

    /**
     * Before an event is tried of which there was a delivery before: goes on with a {@link #hold} that began then, in this
     * hub or another.
     *
     * @return as {@link #hold}; an event that was never held comes back at once
     */
    public @Nullable Delivery resume() {
        if (!settleButKeep()) {
            return null;
        }
        try {
            return lane.takeUp(this);
        } catch (RuntimeException unforeseen) {
            // left undecided, it would take up a place of the prefetch for ever
            settled.set(false);
            throw unforeseen;
        }
    }

    /** Whether there was a delivery before, that was not acknowledged. */
    public boolean isRedelivered() {
        return redelivered;
    }

    /** False once it is sure that it will be delivered again. */
    public boolean isOurs() {
        return lane.isOpen();
    }

    /**
     * Whether the subscriber may wait, say for a database that is away, before it begins: false once the event will be
     * delivered again, or its subscription is paused or stops. Then it is to be given back.
     */
    public boolean mayWait() {
        return lane.goesOn();
    }

    /** The same message, unsettled. */
    Delivery again(BasicProperties marked) {
        return new Delivery(event, marked, redelivered, tag, lane);
    }

    /** Acknowledges what a person has given up: nobody has dealt with it, and the failures keep it. */
    void drop() {
        if (settle()) {
            lane.tally().failed(lane.subscription(), event, Tally.windowOf(properties));
            lane.done(tag);
        }
    }

    /** Its body is not needed any more. */
    private boolean settle() {
        var settles = settleButKeep();
        if (settles) {
            lane.letGo(event.data().length);
        }
        return settles;
    }

    /** As above, while its body is still needed: it has yet to be parked, or is tried again. */
    private boolean settleButKeep() {
        var settles = settled.compareAndSet(false, true);
        var alone = trial;
        if (settles && alone != null) {
            alone.end().run();
        }
        return settles;
    }

    /** It may have ended a hub before, and is handed on alone. */
    void onTrial(Suspects.Trial alone) {
        trial = alone;
    }

    boolean isOnTrial() {
        return trial != null;
    }

    BasicProperties properties() {
        return properties;
    }

    String failureId(String subscription) {
        return Objects.requireNonNullElseGet(
                        Retried.of(properties), () -> new Retried(FailureHeaders.firstId(properties, subscription), 0))
                .failureId();
    }

    boolean isSettled() {
        return settled.get();
    }
}
