// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.TransactionException;

/**
 * Holds back one consumer of an ordered subscription until its first event may be tried again.
 *
 * <p>What it has taken is un-acknowledged meanwhile, which RabbitMQ suffers for 30 min: so all its waits together are
 * bounded, and then whoever uses it gives everything back and takes it again, in the same order. How far the event is
 * stands in the database, for that and for a hub that goes on where another died.
 */
final class Hold {

    private static final Logger LOG = LoggerFactory.getLogger(Hold.class);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final HeldEvents events;
    private final long limitNanos;
    private long waited;

    Hold(HeldEvents events, Duration limit) {
        this.events = events;
        this.limitNanos = limit.toNanos();
    }

    /**
     * Waits while it has to.
     *
     * @param first how it stands now
     * @param goesOn false when the consumer stops
     * @return never {@link HeldEvents.Next#WAIT}; null where the consumer stops or has waited for too long
     */
    HeldEvents.@Nullable Turn await(Supplier<HeldEvents.Turn> first, String failureId, BooleanSupplier goesOn) {
        var ask = first;
        while (goesOn.getAsBoolean() && waited < limitNanos) {
            var turn = answer(ask);
            if (turn != null && turn.next() != HeldEvents.Next.WAIT) {
                return turn;
            }
            if (turn != null) {
                ask = () -> events.look(failureId);
            }
            var from = System.nanoTime();
            LockSupport.parkNanos(LOOK_NANOS);
            waited += System.nanoTime() - from;
        }
        return null;
    }

    HeldEvents events() {
        return events;
    }

    /** Null while the database is away, and the queue waits for that too. */
    private static HeldEvents.@Nullable Turn answer(Supplier<HeldEvents.Turn> ask) {
        try {
            return ask.get();
        } catch (DuplicateKeyException takenByAnotherHub) {
            return null;
        } catch (DataAccessException | TransactionException refused) {
            if (DatabaseAway.is(refused)) {
                LOG.debug("database is away, waiting", refused);
                return null;
            }
            LOG.error("the database refuses a failure, whose queue does not wait for it; please report", refused);
            return HeldEvents.Turn.PARK;
        }
    }
}
