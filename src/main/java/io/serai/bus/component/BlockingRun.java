// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.DatabaseAway;
import io.serai.bus.Delivery;
import io.serai.bus.Failure;
import io.serai.message.Event;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.RollbackExchangeException;
import org.apache.camel.support.UnitOfWorkHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Runs the route for one event or a batch on the calling thread, in a transaction of its own where the subscription is
 * idempotent or keeps the latest.
 *
 * <p>A failure rolls back first and is tried again in a new transaction; a batch that still fails, or holds a duplicate,
 * is taken apart and each event runs alone, so that one bad event does not hold up the others. While the database is away
 * nothing is tried and nothing is parked: the events wait, un-acknowledged.
 */
final class BlockingRun implements Consumer<List<Delivery>> {

    /** The route stops before it is done: the events go back to their queue. */
    private static final class Stopping extends RuntimeException {}

    private static final Logger LOG = LoggerFactory.getLogger(BlockingRun.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String subscription;
    private final @Nullable Receiver receiver;
    private final boolean ordered;
    private final int retries;
    private final Function<List<Delivery>, Exchange> exchanges;
    private final Processor route;
    private final BooleanSupplier running;

    BlockingRun(
            String subscription,
            @Nullable Receiver receiver,
            boolean ordered,
            int retries,
            Function<List<Delivery>, Exchange> exchanges,
            Processor route,
            BooleanSupplier running) {
        this.subscription = subscription;
        this.receiver = receiver;
        this.ordered = ordered;
        this.retries = retries;
        this.exchanges = exchanges;
        this.route = route;
        this.running = running;
    }

    @Override
    public void accept(List<Delivery> deliveries) {
        try {
            if (ordered && deliveries.stream().anyMatch(Delivery::isRedelivered)) {
                deliveries.forEach(this::resume);
            } else {
                take(deliveries);
            }
        } catch (Stopping away) {
            deliveries.forEach(Delivery::giveBack);
        }
    }

    private void take(List<Delivery> deliveries) {
        if (ordered && deliveries.size() == 1) {
            takeInOrder(deliveries.get(0));
            return;
        }
        var failure = attempt(deliveries);
        if (failure == null) {
            deliveries.forEach(Delivery::done);
        } else if (deliveries.size() == 1) {
            deliveries.get(0).failed(failure);
        } else {
            deliveries.forEach(each -> take(List.of(each)));
        }
    }

    /** The queue may have been waiting for it. */
    private void resume(Delivery again) {
        var delivery = again.isOurs() ? again.resume() : again;
        if (delivery != null) {
            takeInOrder(delivery);
        }
    }

    /** Holds back those behind it until it is dealt with. */
    private void takeInOrder(Delivery first) {
        for (Delivery delivery = first; delivery != null; ) {
            if (!delivery.isOurs()) {
                // it comes again, and before those behind it
                throw new Stopping();
            }
            var failure = attemptOr(delivery);
            if (failure == null) {
                delivery.done();
                return;
            }
            delivery = delivery.hold(failure);
        }
    }

    private @Nullable Failure attemptOr(Delivery delivery) {
        try {
            return attempt(List.of(delivery));
        } catch (Stopping away) {
            delivery.giveBack();
            throw away;
        }
    }

    private @Nullable Failure attempt(List<Delivery> deliveries) {
        var failure = tryAll(deliveries);
        if (failure != null && !running.getAsBoolean()) {
            // a route that stops fails for that alone: its steps are not tried again
            throw new Stopping();
        }
        return failure;
    }

    private @Nullable Failure tryAll(List<Delivery> deliveries) {
        try {
            return receiver == null ? run(deliveries) : runOnce(receiver, deliveries);
        } catch (Stopping away) {
            throw away;
        } catch (RuntimeException refused) {
            // before its route: say, LatestOnly of an event without a sequence
            return Failure.of(refused);
        }
    }

    /** Without a transaction Camel's error handler tries the failing step again in place. */
    private @Nullable Failure run(List<Delivery> deliveries) {
        var exchange = exchanges.apply(deliveries);
        ImmediateRetries.allow(exchange, retries);
        try {
            route.process(exchange);
        } catch (Exception thrown) {
            exchange.setException(thrown);
        }
        return FailedAt.failure(exchange);
    }

    private @Nullable Failure runOnce(Receiver once, List<Delivery> deliveries) {
        var events = deliveries.stream().map(Delivery::event).toList();
        Failure failure = null;
        for (int attempt = 1; attempt <= retries + 1; attempt++) {
            failure = attempt(once, events, deliveries, attempt);
            if (failure == null || failure.postponed() || !ImmediateRetries.isWorthItNow(failure.cause())) {
                break;
            }
        }
        return failure;
    }

    private @Nullable Failure attempt(Receiver once, List<Event> events, List<Delivery> deliveries, int attempt) {
        var databaseLost = false;
        while (true) {
            var exchange = exchanges.apply(deliveries);
            try {
                var receipt = once.receive(subscription, events, () -> process(route, exchange));
                if (receipt == OnceOnly.Receipt.DUPLICATE && events.size() > 1) {
                    return Failure.of(new IllegalStateException("the batch holds an event that was dealt with before"));
                }
                return null;
            } catch (OnceOnly.EffectFailed failed) {
                if (!databaseLost && failed.getCause() instanceof Exception cause && DatabaseAway.isCauseOf(cause)) {
                    // in mid-route: no fault of the event. Once more, since the next transaction waits for the
                    // database;
                    // what loses it again has it somewhere else
                    databaseLost = true;
                    continue;
                }
                return FailedAt.failure(exchange, failed.getCause() == null ? failed : failed.getCause(), attempt);
            } catch (DataAccessException | TransactionException refused) {
                exchange.setException(refused);
                if (!DatabaseAway.is(refused)) {
                    return Failure.of(refused);
                }
                if (!running.getAsBoolean() || !deliveries.get(0).mayWait()) {
                    throw new Stopping();
                }
                LOG.debug("database is away, waiting subscription={}", subscription, refused);
                LockSupport.parkNanos(PAUSE_NANOS);
            } finally {
                UnitOfWorkHelper.doneUow(exchange.getUnitOfWork(), exchange);
            }
        }
    }

    /** Marked as transacted, the exchange stays on this thread, which owns the transaction. */
    static void process(Processor route, Exchange exchange) throws Exception {
        var unitOfWork = exchange.getUnitOfWork();
        unitOfWork.beginTransactedBy(route);
        try {
            route.process(exchange);
        } finally {
            unitOfWork.endTransactedBy(route);
        }
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
            throw new RollbackExchangeException("the route asked for a rollback", exchange);
        }
    }
}
