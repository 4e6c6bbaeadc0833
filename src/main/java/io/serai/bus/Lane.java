// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import com.rabbitmq.client.ShutdownSignalException;
import io.serai.bus.suspect.DeadlyMessage;
import io.serai.bus.suspect.Suspects;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Objects;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One consumer of a subscription's queue on a channel of its own: turns messages into deliveries and their outcome into
 * acknowledgements.
 *
 * <p>The client calls it from one thread at a time; what is delivered is handed on by a thread of its own. What is in hand
 * is bounded by the prefetch, and by bytes. When the channel closes, what is not acknowledged goes back to the queue by
 * itself.
 */
abstract class Lane extends DefaultConsumer {

    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Of bodies in hand; one is always taken, however large. */
    static final long MAX_BYTES = Math.max(16L << 20, Runtime.getRuntime().maxMemory() / 16);
    /** So many deliveries tell that they have become small again. */
    private static final int CALM = 1000;

    private final String subscription;
    private final @Nullable String retry;
    private final boolean ordered;
    private final Parking parking;
    private final Hold hold;
    private final Suspects suspects;
    private final Tally tally;
    private final Runnable onLost;
    private final int fullPrefetch;
    private final Lock turn;
    private final BlockingDeque<Delivery> taken = new LinkedBlockingDeque<>();
    private final AtomicInteger inHand = new AtomicInteger();
    private final AtomicLong bytesInHand = new AtomicLong();
    private final AtomicInteger parked = new AtomicInteger();
    private final AtomicLong settled = new AtomicLong();
    private final Turnover turnover = new Turnover(System.nanoTime());
    private volatile int mostInFlight = 1;
    private volatile int prefetchNext;
    private volatile BooleanSupplier paused = () -> false;
    private volatile boolean goesBack;
    private volatile boolean draining;
    private int perhapsAgain;
    private long arrived;
    private long bytesArrived;

    /**
     * @param prefetch messages in flight at most, while their bodies are small
     * @param turn of the subscription in this hub: where it is ordered, only the lane that has it hands on
     */
    Lane(
            Channel channel,
            Subscription subscription,
            int prefetch,
            Parking parking,
            Hold hold,
            Suspects suspects,
            Tally tally,
            Lock turn,
            Runnable onLost) {
        super(channel);
        this.subscription = subscription.name();
        this.retry = subscription.retry();
        this.ordered = subscription.ordered();
        this.parking = parking;
        this.hold = hold;
        this.suspects = suspects;
        this.tally = tally;
        this.turn = turn;
        this.onLost = onLost;
        this.fullPrefetch = prefetch;
        this.prefetchNext = prefetch;
    }

    /** Hands on what is {@link #next}, on a thread of the lane's own, until it is closed; must not throw. */
    abstract void work() throws InterruptedException;

    /**
     * @param most messages in flight, where fewer than usual
     * @param pausedNow whether nothing is to be handed on at present
     * @param again how many of the first deliveries count as redelivered, whatever the broker says
     */
    final void open(int most, BooleanSupplier pausedNow, int again) throws IOException {
        perhapsAgain = again;
        paused = pausedNow;
        mostInFlight = Math.min(fullPrefetch, most);
        prefetchNext = mostInFlight;
        // what handles them may read headers, which may be nested deep
        new DeepThreads("lane-" + subscription).newThread(this::workUntilClosed).start();
        getChannel().basicQos(mostInFlight);
        getChannel().basicConsume(BusTopology.queueOf(subscription), false, this);
    }

    /** How many messages are in flight at most. */
    final int fullPrefetch() {
        return fullPrefetch;
    }

    /** How many messages may be in flight when it is opened again. */
    final int prefetchNext() {
        return prefetchNext;
    }

    private void workUntilClosed() {
        try {
            if (ordered) {
                workInTurn();
            } else {
                work();
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error unforeseen) {
            LOG.error("reading a subscription stumbled; it is read anew subscription={}", subscription, unforeseen);
            comeBack();
        }
    }

    /** A lane before this one that has lost its channel may still be at an event, which comes again on this one. */
    private void workInTurn() throws InterruptedException {
        while (isOpen()) {
            if (turn.tryLock(IDLE_NANOS, TimeUnit.NANOSECONDS)) {
                try {
                    work();
                } finally {
                    turn.unlock();
                }
            }
        }
    }

    /** The next that was delivered; null where none comes within so long, 200 ms at the most, or none may be begun. */
    final @Nullable Delivery next(long nanos) throws InterruptedException {
        if (goesBack) {
            comeBack();
            return null;
        }
        if (isHeld()) {
            LockSupport.parkNanos(LOOK_NANOS);
            return null;
        }
        var next = taken.poll(Math.min(nanos, IDLE_NANOS), TimeUnit.NANOSECONDS);
        if (next == null) {
            return null;
        }
        parking.awaitWayOut(this::goesOn);
        if (isHeld()) {
            taken.addFirst(next);
            return null;
        }
        return admit(next);
    }

    /** Whether the next delivery may have been in the hand of a hub that died. */
    final boolean isSuspectNext() {
        var next = taken.peekFirst();
        return next != null && isSuspect(next);
    }

    private boolean isSuspect(Delivery delivery) {
        return delivery.isRedelivered() && suspects.areAbout();
    }

    /** One that may have ended a hub is tried alone, and parked when it has ended too many. */
    private @Nullable Delivery admit(Delivery delivery) {
        if (!isSuspect(delivery)) {
            return delivery;
        }
        var trial = suspects.begin(delivery.failureId(subscription), this::goesOn);
        switch (trial.verdict()) {
            case TRY -> {
                delivery.onTrial(trial);
                return delivery;
            }
            case GIVE_UP -> {
                delivery.failed(Failure.last(new DeadlyMessage()));
                if (ordered) {
                    awaitParked();
                }
            }
            case LEAVE -> taken.addFirst(delivery);
        }
        return null;
    }

    @Override
    public final void handleDelivery(String consumerTag, Envelope envelope, BasicProperties properties, byte[] body) {
        if (!isOpen() || goesBack) {
            // it comes again, on another channel, and in its turn
            return;
        }
        inHand.incrementAndGet();
        var bytes = bytesInHand.addAndGet(body.length);
        long tag = envelope.getDeliveryTag();
        AmqpEvents.Message message;
        try {
            message = AmqpEvents.read(properties, body);
        } catch (RuntimeException | StackOverflowError noEvent) {
            // thrown on, it would make the client close the channel, and this subscription would be read no more
            var unused = park(tag, properties, body, Failure.of(noEvent));
            return;
        }
        // of structured mode only the data stays
        bytesInHand.addAndGet(message.event().data().length - body.length);
        var isRedelivered = envelope.isRedeliver() || perhapsAgain > 0;
        perhapsAgain = Math.max(0, perhapsAgain - 1);
        taken.add(new Delivery(message.event(), message.properties(), isRedelivered, tag, this));
        if (!isHeld()) {
            fit(bytes, body.length);
        }
    }

    /**
     * AMQP bounds what is in flight in messages only. Where that is too much for the memory, all goes back and is taken again,
     * fewer at a time; and more again when they have become small.
     */
    private void fit(long bytes, long size) {
        arrived++;
        bytesArrived += size;
        if (bytes > MAX_BYTES && mostInFlight > 1) {
            prefetchNext = Math.max(1, Math.min(mostInFlight / 2, inHand.get() / 2));
            LOG.info(
                    "messages are large, so fewer are taken at a time subscription={} bytes={} prefetch={}",
                    subscription,
                    bytes,
                    prefetchNext);
            comeBackInTurn();
        } else if (mostInFlight < fullPrefetch && arrived >= CALM) {
            if (bytesArrived / arrived * fullPrefetch < MAX_BYTES / 2) {
                prefetchNext = fullPrefetch;
                LOG.info("messages are small again subscription={} prefetch={}", subscription, prefetchNext);
                comeBackInTurn();
            }
            arrived = 0;
            bytesArrived = 0;
        }
    }

    /** The body of one is no longer needed. */
    final void letGo(long bytes) {
        bytesInHand.addAndGet(-bytes);
    }

    /** The broker ended the consumer, say because the queue was deleted. */
    @Override
    public final void handleCancel(String consumerTag) {
        if (!isOpen()) {
            // its reader has closed it, and opened another
            return;
        }
        LOG.warn("broker cancelled a consumer subscription={}; declaring the queue again", subscription);
        close();
        onLost.run();
    }

    @Override
    public final void handleShutdownSignal(String consumerTag, ShutdownSignalException cause) {
        if (!draining && !cause.isHardError() && !cause.isInitiatedByApplication()) {
            LOG.warn("broker closed a channel subscription={} cause={}", subscription, cause.getMessage());
            onLost.run();
        }
    }

    /** A delivery was dealt with: acknowledges it, now or with its batch. */
    void done(long tag) {
        acknowledge(tag, false);
        finished(1);
    }

    /** Completes when the failures have it; exceptionally when it is delivered again instead. */
    final CompletableFuture<Void> park(long tag, BasicProperties properties, byte[] body, Failure failure) {
        parked.incrementAndGet();
        var told = parking.park(subscription, retry, properties, body, failure, this::isOpen);
        acknowledgeAfter(told, tag);
        return told.whenComplete((safe, channelLost) -> letGo(body.length));
    }

    /** A delivery that had failed before was dealt with: says so, then acknowledges it. */
    final void resolve(long tag, Retried retried) {
        parked.incrementAndGet();
        acknowledgeAfter(parking.resolve(retried, this::isOpen), tag);
    }

    /**
     * An event of an ordered subscription has failed: waits until it may be tried again, and those behind it with it.
     *
     * @return the delivery to try, or null where it is dealt with or has gone back to the queue
     */
    final @Nullable Delivery holdBack(Delivery failed, Failure failure) {
        beforeWait();
        var properties = failed.properties();
        var facts = parking.describe(subscription, retry, properties, failure);
        LOG.warn(
                "message failed, and the queue of its subscription waits messageId={} subscription={} routeId={} cause={}",
                FailureHeaders.printable(properties.getMessageId()),
                subscription,
                failure.routeId(),
                FailureHeaders.printable(failure.cause().toString()));
        var body = failed.event().data();
        var turn = hold.awaitAfter(facts, body, failed.failureId(subscription), this::goesOn);
        return follow(failed, turn, failure);
    }

    /** An event of an ordered subscription is there again: waits where its queue was waiting for it before. */
    final @Nullable Delivery takeUp(Delivery again) {
        beforeWait();
        return follow(again, hold.await(again, again.failureId(subscription), this::goesOn), null);
    }

    private @Nullable Delivery follow(Delivery delivery, HeldEvents.@Nullable Turn turn, @Nullable Failure failure) {
        if (turn == null) {
            comeBack();
            return null;
        }
        var known = turn.failureId();
        var next = known == null
                ? delivery.again(delivery.properties())
                : delivery.again(new Retried(known, turn.delivery() + 1).mark(delivery.properties()));
        if (turn.next() == HeldEvents.Next.TRY) {
            return admit(next);
        }
        if (turn.next() == HeldEvents.Next.DROP) {
            next.drop();
            letGoOnceSure(known);
        } else {
            next.failed(Objects.requireNonNull(failure, "it has not been tried"));
            // those behind it must not be done before it is safe
            awaitParked();
        }
        return null;
    }

    /** When the broker answers, it has taken the acknowledgement; else the event comes again, and is dropped again. */
    private void letGoOnceSure(@Nullable String failureId) {
        beforeWait();
        try {
            getChannel().basicQos(mostInFlight);
            if (failureId != null) {
                hold.letGo(failureId);
            }
        } catch (AlreadyClosedException | IOException lost) {
            LOG.debug("the acknowledgement of a discarded event may be lost subscription={}", subscription, lost);
        }
    }

    /** Whether who is at an event may wait for something before going on with it. */
    final boolean goesOn() {
        return !isHeld() && isOpen();
    }

    private void awaitParked() {
        while (!nothingParked() && isOpen()) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** As {@link #comeBack}; in order that means when what is in hand is done, since another hub takes the rest at once. */
    private void comeBackInTurn() {
        if (ordered) {
            goesBack = true;
            var left = new ArrayList<Delivery>();
            taken.drainTo(left);
            inHand.addAndGet(-left.size());
        } else {
            comeBack();
        }
    }

    /** Gives back all that is not acknowledged, to take it again in the same order. */
    private void comeBack() {
        if (isOpen()) {
            close();
            if (!draining) {
                onLost.run();
            }
        }
    }

    /** What is done is acknowledged before a wait. */
    void beforeWait() {}

    private void acknowledgeAfter(CompletableFuture<Void> told, long tag) {
        told.whenComplete((safe, channelLost) -> {
            if (channelLost == null) {
                acknowledge(tag, false);
            }
            parked.decrementAndGet();
            finished(1);
        });
    }

    final void giveBack(long tag) {
        if (ordered) {
            // those behind it go back with it
            comeBack();
            return;
        }
        try {
            getChannel().basicNack(tag, false, true);
        } catch (AlreadyClosedException | IOException lost) {
            LOG.debug("the broker has taken it back already subscription={}", subscription);
        }
        finished(1);
    }

    /** Whether nothing is on its way to the failures, so that one acknowledgement may stand for all before it. */
    final boolean nothingParked() {
        return parked.get() == 0;
    }

    final void finished(int count) {
        settled.addAndGet(count);
        inHand.addAndGet(-count);
    }

    final int inHand() {
        return inHand.get();
    }

    /** Of those in hand, how many the subscriber has and has not settled. */
    final int begun() {
        return inHand.get() - taken.size();
    }

    /** When ({@link System#nanoTime}) all that had been taken until then is settled by now. */
    final long turned() {
        synchronized (turnover) {
            return turnover.sample(System.nanoTime(), settled.get(), inHand.get(), mostInFlight);
        }
    }

    final Tally tally() {
        return tally;
    }

    final String subscription() {
        return subscription;
    }

    final void acknowledge(long tag, boolean allUpTo) {
        try {
            getChannel().basicAck(tag, allUpTo);
        } catch (AlreadyClosedException | IOException lost) {
            // the broker has taken the message back and delivers it again: at least once
            LOG.debug("acknowledging came too late subscription={}", subscription);
        }
    }

    /**
     * Hands on no more and waits for what is begun; all else goes back to the queue with the channel's end. The consumer of an
     * ordered queue is not cancelled before: the broker would let the next one begin at once, beside this one.
     */
    final void drain(Duration limit) {
        draining = true;
        if (!ordered && !isCancelled()) {
            // or not yet consuming: then it must not begin
            close();
            return;
        }
        var deadline = System.nanoTime() + limit.toNanos();
        while (begun() > 0 && isOpen() && System.nanoTime() - deadline < 0) {
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        close();
    }

    private boolean isCancelled() {
        try {
            getChannel().basicCancel(getConsumerTag());
            return true;
        } catch (AlreadyClosedException | IOException gone) {
            return false;
        }
    }

    final void close() {
        try {
            getChannel().abort();
        } catch (IOException gone) {
            // it is closed, which is what was wanted
        }
    }

    /** Whether nothing is to be begun now: the subscription is paused or stops. */
    final boolean isHeld() {
        return draining || paused.getAsBoolean();
    }

    final boolean isOpen() {
        return getChannel().isOpen();
    }
}
