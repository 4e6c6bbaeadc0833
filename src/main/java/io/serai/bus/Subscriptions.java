// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.suspect.Suspects;
import io.serai.message.Conflict;
import io.serai.message.NotFound;
import io.serai.message.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.dao.DataAccessException;

/**
 * Subscribes to events: records the subscription, then reads its queue whenever the broker is there (Durable Subscriber).
 *
 * <p>At least once: what is not acknowledged when a hub or the broker dies is delivered again.
 */
public final class Subscriptions {

    private static final Logger LOG = LoggerFactory.getLogger(Subscriptions.class);

    private static final Duration OPEN_LIMIT = Duration.ofSeconds(2);

    private final RecordedSubscriptions recorded;
    private final RecordedTopology queues;
    private final BrokerLink link;
    private final Parking parking;
    private final HeldEvents held;
    private final Duration holdLimit;
    private final Suspects suspects;
    private final Executor noting;
    private final Tally tally;
    private final AmqpAdmin broker;
    private final MeterRegistry meters;
    /** Empty while the first connection is awaited. */
    private final Map<String, Optional<Reader>> read = new ConcurrentHashMap<>();

    /** By name, so that also who stops reading and begins again waits for itself. */
    private final Map<String, Lock> turns = new ConcurrentHashMap<>();

    Subscriptions(
            RecordedSubscriptions recorded,
            RecordedTopology queues,
            BrokerLink link,
            Parking parking,
            HeldEvents held,
            Duration holdLimit,
            Suspects suspects,
            Executor noting,
            Tally tally,
            AmqpAdmin broker,
            MeterRegistry meters) {
        this.recorded = recorded;
        this.queues = queues;
        this.link = link;
        this.parking = parking;
        this.held = held;
        this.holdLimit = holdLimit;
        this.suspects = suspects;
        this.noting = noting;
        this.tally = tally;
        this.broker = broker;
        this.meters = meters;
    }

    /**
     * Reads one event at a time in each of the subscription's consumers. The handler may return before it settles the
     * delivery; then the next comes, up to the prefetch.
     *
     * @param handler what it throws counts as {@link Delivery#failed}
     * @throws Conflict where this hub reads the subscription already, or its {@code ordered} differs from its queue's
     */
    public Registration subscribe(Subscription subscription, Consumer<Delivery> handler) {
        var counted = delivered(subscription);
        Consumer<Delivery> counting = delivery -> {
            counted.increment();
            handler.accept(delivery);
        };
        return read(
                subscription,
                (channel, onLost) -> new SingleLane(
                        channel, subscription, parking, hold(), suspects, tally, turn(subscription), onLost, counting));
    }

    /**
     * Reads events in batches, one batch at a time in each consumer. The handler blocks until it has settled all of them.
     *
     * @param handler what it throws, or leaves unsettled, counts as {@link Delivery#failed}
     * @throws Conflict as {@link #subscribe}
     */
    public Registration subscribeInBatches(
            Subscription subscription, BatchSize size, Consumer<List<Delivery>> handler) {
        var counted = delivered(subscription);
        Consumer<List<Delivery>> counting = batch -> {
            counted.increment(batch.size());
            handler.accept(batch);
        };
        return read(
                subscription,
                (channel, onLost) -> new BatchLane(
                        channel,
                        subscription,
                        parking,
                        hold(),
                        suspects,
                        tally,
                        turn(subscription),
                        onLost,
                        size,
                        counting));
    }

    /** All subscriptions ever made and not removed, by name, with their backlog. */
    public List<SubscriptionStatus> list() {
        return recorded.all().stream().map(this::status).toList();
    }

    /** Whether the subscription was made with {@code ordered}; empty where there is none, or the database is away. */
    public Optional<Boolean> isOrdered(String name) {
        try {
            return recorded.isOrdered(name);
        } catch (DataAccessException away) {
            return Optional.empty();
        }
    }

    /** What all subscriptions that were made and not removed are bound to. */
    public List<Binding> bindings() {
        return recorded.bindings();
    }

    /** How far this hub is with each subscription that it reads now. */
    public List<Reading> readings() {
        return read.values().stream()
                .flatMap(Optional::stream)
                .map(Reader::reading)
                .toList();
    }

    /**
     * Removes a subscription that nobody reads, and what waits in its queue.
     *
     * @return how many messages were in the queue, as the broker counted them just before
     * @throws NotFound where there is none of this name
     * @throws Conflict where a route of any hub reads it
     * @throws Unavailable while the broker is away
     */
    public long remove(String name) {
        if (recorded.isOrdered(name).isEmpty()) {
            throw new NotFound("removing subscription: there is none of this name");
        }
        if (!link.isUp()) {
            throw new Unavailable("removing subscription " + name + ": broker is away, try again");
        }
        var queue = broker.getQueueInfo(BusTopology.queueOf(name));
        if (read.containsKey(name) || (queue != null && queue.getConsumerCount() > 0)) {
            throw new Conflict("removing subscription " + name + ": a route reads it; remove the route first");
        }
        // locked, else another hub may find the queue gone and declare it again
        recorded.locked(name, there -> {
            // before it is forgotten: a queue that nobody knows of would fill for ever
            try {
                // not "if unused": RabbitMQ closes the connection on that, since it cannot tell of a quorum queue
                broker.deleteQueue(BusTopology.queueOf(name));
            } catch (AmqpException refused) {
                throw new Unavailable("removing subscription " + name + ": broker refused, try again", refused);
            }
            // while it is recorded: where the database goes away now, it can be removed again
            held.removed(name);
            recorded.remove(name);
        });
        queues.forget(name);
        return queue == null ? 0 : queue.getMessageCount();
    }

    private Registration read(Subscription subscription, LaneMaker lanes) {
        var name = subscription.name();
        if (read.putIfAbsent(name, Optional.empty()) != null) {
            throw new Conflict("subscribing " + name + ": another route of this hub reads it; choose another name, "
                    + "or let one route read all the patterns");
        }
        try {
            queues.know(recorded.record(subscription));
            var reader = new Reader(
                    subscription,
                    connection -> queues.declare(connection, name),
                    link,
                    lanes::make,
                    noting,
                    () -> note(subscription),
                    () -> read.remove(name));
            read.put(name, Optional.of(reader));
            link.join(reader);
            if (link.isUp()) {
                reader.awaitOpen(OPEN_LIMIT);
            }
            return reader;
        } catch (RuntimeException refused) {
            read.remove(name);
            throw refused;
        }
    }

    private Counter delivered(Subscription subscription) {
        return Counter.builder("serai.bus.delivered")
                .description("Events given to a subscription")
                .tag("subscription", subscription.name())
                .register(meters);
    }

    private Lock turn(Subscription subscription) {
        return turns.computeIfAbsent(subscription.name(), none -> new ReentrantLock());
    }

    private Hold hold() {
        return new Hold(held, holdLimit);
    }

    private interface LaneMaker {
        Lane make(com.rabbitmq.client.Channel channel, Runnable onLost);
    }

    /** Since when the broker has the bindings. */
    private void note(Subscription subscription) {
        try {
            recorded.bound(subscription);
        } catch (DataAccessException away) {
            // the ledger leaves it out until the next connection
            LOG.debug("bindings are not dated subscription={}", subscription.name(), away);
        }
    }

    private SubscriptionStatus status(RecordedSubscriptions.Recorded each) {
        var queue = link.isUp() ? broker.getQueueInfo(BusTopology.queueOf(each.name())) : null;
        if (queue == null) {
            return status(each, link.isUp() ? unread(each) : SubscriptionStatus.State.UNKNOWN, null, null);
        }
        long consumers = queue.getConsumerCount();
        var state = consumers > 0 ? SubscriptionStatus.State.ACTIVE : unread(each);
        return status(each, state, (long) queue.getMessageCount(), consumers);
    }

    private SubscriptionStatus.State unread(RecordedSubscriptions.Recorded each) {
        return read.containsKey(each.name()) ? SubscriptionStatus.State.IDLE : SubscriptionStatus.State.ORPHANED;
    }

    private static SubscriptionStatus status(
            RecordedSubscriptions.Recorded each,
            SubscriptionStatus.State state,
            @Nullable Long backlog,
            @Nullable Long consumers) {
        return new SubscriptionStatus(each.name(), each.patterns(), each.ordered(), state, backlog, consumers);
    }
}
