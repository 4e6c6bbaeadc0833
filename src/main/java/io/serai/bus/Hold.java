// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
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
     * One has failed: notes that, and waits while it has to.
     *
     * @param facts of the event, as it would be parked with
     * @param goesOn false when the consumer stops
     * @return never {@link HeldEvents.Next#WAIT}; null where the consumer stops or has waited for too long
     */
    HeldEvents.@Nullable Turn awaitAfter(BasicProperties facts, byte[] body, String failureId, BooleanSupplier goesOn) {
        return await(() -> note(facts, body), failureId, goesOn);
    }

    /** One is there again: likewise. */
    HeldEvents.@Nullable Turn await(Delivery again, String failureId, BooleanSupplier goesOn) {
        return await(
                () -> events.resume(failureId, again.properties(), again.event().data()), failureId, goesOn);
    }

    /** One that was dropped will not come again. */
    void letGo(String failureId) {
        try {
            events.letGo(failureId);
        } catch (DataAccessException | TransactionException notNow) {
            // it goes on being dropped, should it come
            LOG.debug("a failure stays noted as held failureId={}", failureId, notNow);
        }
    }

    private HeldEvents.@Nullable Turn await(Supplier<HeldEvents.Turn> first, String failureId, BooleanSupplier goesOn) {
        var ask = first;
        var isTold = false;
        while (goesOn.getAsBoolean() && waited < limitNanos) {
            try {
                var turn = ask.get();
                if (turn.next() != HeldEvents.Next.WAIT) {
                    return turn;
                }
                var known = turn.failureId();
                ask = () -> events.look(known == null ? failureId : known);
            } catch (DuplicateKeyException takenByAnotherHub) {
                LOG.debug("asking again", takenByAnotherHub);
            } catch (DataAccessException | TransactionException notNow) {
                // nobody knows whether it is done: it can neither be tried nor left out, so its queue waits for that
                // too
                if (!isTold && !DatabaseAway.is(notNow)) {
                    LOG.error(
                            "the database does not say how it stands with failure {}, whose queue waits",
                            failureId,
                            notNow);
                    isTold = true;
                }
                LOG.debug("waiting for the database", notNow);
            }
            var from = System.nanoTime();
            LockSupport.parkNanos(LOOK_NANOS);
            waited += System.nanoTime() - from;
        }
        return null;
    }

    /** What the database will never take, whatever is mended, is parked: the queue does not wait for it. */
    private HeldEvents.Turn note(BasicProperties facts, byte[] body) {
        try {
            return events.failed(facts, body);
        } catch (DuplicateKeyException takenByAnotherHub) {
            throw takenByAnotherHub;
        } catch (DataIntegrityViolationException refused) {
            LOG.error("the database refuses a failure, whose queue does not wait for it; please report", refused);
            return HeldEvents.Turn.PARK;
        }
    }
}
