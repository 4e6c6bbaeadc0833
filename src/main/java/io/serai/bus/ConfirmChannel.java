// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Return;
import com.rabbitmq.client.ShutdownSignalException;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One AMQP channel in confirm mode that many publishers share, so that one thread's wait is nobody else's.
 *
 * <p>Waiting for each confirm in turn costs a round trip a message (0.5-0.7 k/s); many in flight on one channel reach
 * 10-16 k/s (measured with RabbitMQ 3.10). Confirms arrive by sequence number, single or "all up to".
 *
 * @see <a href="https://www.rabbitmq.com/docs/confirms#publisher-confirms">Publisher confirms</a>
 */
final class ConfirmChannel {

    private record Pending(
            CompletableFuture<Void> confirm,
            String messageId,
            String exchange,
            String routingKey,
            int bytes,
            long deadline) {

        boolean isSame(Return returned) {
            return messageId.equals(returned.getProperties().getMessageId())
                    && exchange.equals(returned.getExchange())
                    && routingKey.equals(returned.getRoutingKey());
        }
    }

    private final Channel channel;
    private final Duration timeout;
    private final BodyLimit limit;
    private final Runnable onLost;
    private final AtomicBoolean lost = new AtomicBoolean();
    private final ReentrantLock sending = new ReentrantLock();
    private final ConcurrentNavigableMap<Long, Pending> pending = new ConcurrentSkipListMap<>();

    ConfirmChannel(Connection connection, Duration timeout, BodyLimit limit, Runnable onLost) throws IOException {
        var opened = connection.createChannel();
        if (opened == null) {
            throw new IOException("no channel left on the connection");
        }
        this.channel = opened;
        this.timeout = timeout;
        this.limit = limit;
        this.onLost = onLost;
        channel.confirmSelect();
        channel.addConfirmListener(this::acked, this::nacked);
        channel.addReturnListener(this::returned);
        channel.addShutdownListener(this::closed);
    }

    /**
     * Sends a message; the future completes on the connection's reader thread.
     *
     * @param patience how long to wait while another message is handed to a broker that takes no data
     * @return completes when the broker has the message safe, exceptionally with {@link Unavailable} on nack, return,
     *     time-out or loss of the connection (then the broker may or may not have it), with {@link Invalid} where AMQP
     *     cannot carry its properties, with {@link EventTooLarge} where the broker refuses its size
     */
    CompletableFuture<Void> send(
            String exchange, String routingKey, BasicProperties properties, byte[] body, Duration patience) {
        var confirm = new CompletableFuture<Void>();
        var messageId = properties.getMessageId() == null ? "" : properties.getMessageId();
        try {
            refuseUnsendable(properties, body);
        } catch (IOException | IllegalArgumentException unsendable) {
            return CompletableFuture.failedFuture(
                    new Invalid("publishing " + messageId + ": " + unsendable.getMessage()));
        }
        try {
            if (!sending.tryLock(Math.max(0, patience.toNanos()), TimeUnit.NANOSECONDS)) {
                throw new Unavailable("publishing " + messageId + ": the broker takes no data, try again");
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(new Unavailable("publishing " + messageId + ": hub is stopping"));
        } catch (Unavailable stuck) {
            return CompletableFuture.failedFuture(stuck);
        }
        long sequence = 0;
        try {
            sequence = channel.getNextPublishSeqNo();
            pending.put(
                    sequence,
                    new Pending(
                            confirm,
                            messageId,
                            exchange,
                            routingKey,
                            body.length,
                            System.nanoTime() + timeout.toNanos()));
            channel.basicPublish(exchange, routingKey, true, properties, body);
        } catch (IOException | ShutdownSignalException | IllegalArgumentException failed) {
            // the client may have counted a message the broker never saw: this channel's numbers are no longer sure
            lose();
            close();
            confirm.completeExceptionally(
                    new Unavailable("publishing " + messageId + ": connection to the broker failed", failed));
        } finally {
            sending.unlock();
        }
        if (!channel.isOpen()) {
            // closed between the put and here: the shutdown listener may have passed before the put
            failAll();
        }
        return confirm;
    }

    /** Found by the client only when it has counted the message, it would cost all that share the channel theirs. */
    private void refuseUnsendable(BasicProperties properties, byte[] body) throws IOException {
        var size = properties.toFrame(channel.getChannelNumber(), body.length).size();
        var most = channel.getConnection().getFrameMax();
        if (most > 0 && size > most) {
            throw new IllegalArgumentException("its properties take " + size + " bytes, a frame has " + most);
        }
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /** Whether the oldest that waits for its confirm was sent that long ago. */
    boolean waitsLongerThan(Duration time) {
        var oldest = pending.firstEntry();
        return oldest != null
                && System.nanoTime() - (oldest.getValue().deadline() - timeout.toNanos()) > time.toNanos();
    }

    /** Gives up on what waits longer than the time-out; the head of the map is the oldest. */
    void expire() {
        var now = System.nanoTime();
        for (var head = pending.firstEntry(); head != null; head = pending.firstEntry()) {
            if (head.getValue().deadline() - now > 0) {
                return;
            }
            fail(head.getKey(), "the broker did not confirm within " + timeout.toMillis() + " ms");
        }
    }

    void close() {
        try {
            channel.abort();
        } catch (IOException gone) {
            // it is closed, which is what was wanted
        }
    }

    private void acked(long sequence, boolean multiple) {
        if (!multiple) {
            var waiting = pending.remove(sequence);
            if (waiting != null) {
                waiting.confirm().complete(null);
            }
            return;
        }
        var confirmed = pending.headMap(sequence, true);
        for (var head = confirmed.pollFirstEntry(); head != null; head = confirmed.pollFirstEntry()) {
            head.getValue().confirm().complete(null);
        }
    }

    private void nacked(long sequence, boolean multiple) {
        if (multiple) {
            pending.headMap(sequence, true)
                    .keySet()
                    .forEach(each -> fail(each, "the broker refused it; perhaps no queue is bound for it"));
        } else {
            fail(sequence, "the broker refused it; perhaps no queue is bound for it");
        }
    }

    /** RabbitMQ returns, then acks; Broker-J nacks, then returns: here the first of the two decides. */
    private void returned(Return unroutable) {
        pending.entrySet().stream()
                .filter(each -> each.getValue().isSame(unroutable))
                .findFirst()
                .ifPresent(each -> fail(each.getKey(), "no queue is bound for it"));
    }

    private void closed(ShutdownSignalException cause) {
        failAll();
        if (cause.isHardError() || cause.isInitiatedByApplication()) {
            // there is, or comes, another in its place: who still sends on this one must not ask for a further
            lost.set(true);
        } else {
            lose();
        }
    }

    private void lose() {
        if (lost.compareAndSet(false, true)) {
            onLost.run();
        }
    }

    private void failAll() {
        var told = BodyLimit.in(channel.getCloseReason());
        told.ifPresent(most -> {
            limit.learn(most);
            pending.forEach((sequence, each) -> {
                if (each.bytes() > most && pending.remove(sequence, each)) {
                    each.confirm().completeExceptionally(BodyLimit.tooLarge(each.messageId(), each.bytes(), most));
                }
            });
        });
        pending.keySet().forEach(each -> fail(each, "the connection was lost before the confirm"));
    }

    private void fail(long sequence, String why) {
        var waiting = pending.remove(sequence);
        if (waiting != null) {
            waiting.confirm()
                    .completeExceptionally(new Unavailable("publishing " + waiting.messageId() + " to exchange '"
                            + waiting.exchange() + "' key '" + waiting.routingKey() + "': " + why + ", try again"));
        }
    }
}
