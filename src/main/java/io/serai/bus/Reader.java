// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one subscription in this hub: declares its queue and opens its lanes on every new connection. What the database is to
 * know of it is noted elsewhere, so that readers do not wait one after the other for a database that is away.
 */
final class Reader implements BrokerLink.User, Registration {

    private static final Logger LOG = LoggerFactory.getLogger(Reader.class);
    private static final Duration IN_HAND_LIMIT = Duration.ofSeconds(30);

    /** Declares its queue, bound to what is recorded, which may be another hub's patterns. */
    interface Declaration {
        void on(Connection connection) throws IOException;
    }

    private final Subscription subscription;
    private final Declaration queue;
    private final BrokerLink link;
    private final BiFunction<Channel, Runnable, Lane> makeLane;
    private final Executor noting;
    private final Runnable bound;
    private final Runnable onStop;
    private final CountDownLatch read = new CountDownLatch(1);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile boolean paused;
    private volatile List<Lane> lanes = List.of();

    Reader(
            Subscription subscription,
            Declaration queue,
            BrokerLink link,
            BiFunction<Channel, Runnable, Lane> makeLane,
            Executor noting,
            Runnable bound,
            Runnable onStop) {
        this.subscription = subscription;
        this.queue = queue;
        this.link = link;
        this.makeLane = makeLane;
        this.noting = noting;
        this.bound = bound;
        this.onStop = onStop;
    }

    @Override
    public void connected(Connection connection) throws IOException {
        var before = lanes;
        before.forEach(Lane::close);
        queue.on(connection);
        // later does no harm: what is bound is owed from when it is noted
        noting.execute(bound);
        var again = before.isEmpty() ? perhapsAgain(connection) : 0;
        var opened = new ArrayList<Lane>();
        for (int i = 0; i < subscription.concurrency(); i++) {
            var channel = connection.createChannel();
            if (channel == null) {
                throw new IOException("no channel left on the connection");
            }
            var lane = makeLane.apply(channel, () -> link.rejoin(this));
            opened.add(lane);
            lanes = List.copyOf(opened);
            if (stopped.get()) {
                lane.close();
                return;
            }
            var inHandBefore = Math.min(again, subscription.concurrency() * lane.fullPrefetch());
            lane.open(i < before.size() ? before.get(i).prefetchNext() : Integer.MAX_VALUE, () -> paused, inHandBefore);
        }
        read.countDown();
    }

    /** How many messages wait when the queue is first read; they may have been in hand before, where the broker does not tell. */
    private int perhapsAgain(Connection connection) throws IOException {
        return BrokerDialect.of(connection).forgetsRedeliveries()
                ? BusTopology.depth(connection, BusTopology.queueOf(subscription.name()))
                        .orElse(0)
                : 0;
    }

    /** Waits a little until the queue is there, so that whoever subscribes and then publishes gets what it published. */
    void awaitOpen(Duration limit) {
        try {
            if (!read.await(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("the queue comes later subscription={}", subscription.name());
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    /** How far it is. */
    Reading reading() {
        var open = lanes;
        var now = System.nanoTime();
        return new Reading(
                subscription.name(),
                open.stream().mapToInt(Lane::inHand).sum(),
                Duration.ofNanos(open.stream()
                        .mapToLong(lane -> now - lane.turned())
                        .max()
                        .orElse(0)));
    }

    @Override
    public void pause() {
        paused = true;
    }

    @Override
    public void resume() {
        paused = false;
    }

    @Override
    public int inHand() {
        return lanes.stream().mapToInt(Lane::begun).sum();
    }

    @Override
    public void stop() {
        if (stopped.compareAndSet(false, true)) {
            link.leave(this);
            drain();
            onStop.run();
        }
    }

    /** All at once, on threads of their own: the common pool's may be waiting for this. */
    private void drain() {
        CompletableFuture.allOf(lanes.stream()
                        .map(lane -> CompletableFuture.runAsync(
                                () -> lane.drain(IN_HAND_LIMIT), task -> new Thread(task, "drain").start()))
                        .toArray(CompletableFuture<?>[]::new))
                .join();
    }

    @Override
    public String toString() {
        return "subscription " + subscription.name();
    }
}
