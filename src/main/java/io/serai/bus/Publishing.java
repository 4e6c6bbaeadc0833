// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Connection;
import io.serai.message.Unavailable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The way out to the broker: a few confirm channels on one connection, with a bound on what is in flight, in messages and
 * in bytes.
 *
 * <p>While the broker is away or blocks publishers (memory or disk alarm) a send fails at once instead of waiting.
 */
public final class Publishing implements BrokerLink.User {

    private final BusProperties.Publisher limits;
    private final BrokerLink link;
    private final BrokerLink.User restore;
    private final Room room;
    private final BodyLimit limit = new BodyLimit();
    private volatile List<ConfirmChannel> channels = List.of();
    private volatile boolean blocked;
    private volatile @Nullable Connection known;

    /** @param restore called on a connection on which a channel was lost: what it publishes to may have been deleted */
    Publishing(BusProperties.Publisher limits, BrokerLink link, BrokerLink.User restore) {
        this.limits = limits;
        this.link = link;
        this.restore = restore;
        this.room = new Room(limits.maxInFlight(), limits.maxInFlightBytes().toBytes());
    }

    @Override
    public void connected(Connection connection) throws IOException {
        channels.forEach(ConfirmChannel::close);
        channels = List.of();
        if (connection != known) {
            meet(connection);
        } else if (blocked) {
            // the broker reads nothing from it now, so no channel would open
            link.rejoin(this);
            return;
        } else {
            restore.connected(connection);
        }
        var opened = new ArrayList<ConfirmChannel>();
        for (int i = 0; i < limits.channels(); i++) {
            opened.add(new ConfirmChannel(connection, limits.confirmTimeout(), limit, () -> link.rejoin(this)));
        }
        channels = List.copyOf(opened);
    }

    private void meet(Connection connection) {
        limit.forget();
        blocked = false;
        connection.addBlockedListener(new BlockedListener() {
            @Override
            public void handleBlocked(String reason) {
                blocked = true;
            }

            @Override
            public void handleUnblocked() {
                blocked = false;
            }
        });
        known = connection;
    }

    /**
     * Sends, mandatory and confirmed; see {@link ConfirmChannel#send}. What has the same key goes over the same channel, so
     * keeps its order. The future completes on the AMQP reader thread.
     *
     * @param properties with a message id, by which a returned message is known again
     *
     * @return fails with {@link Unavailable} also while the broker is away, with {@link EventTooLarge} at once where the
     *     broker has refused such a size before
     */
    public CompletableFuture<Void> send(
            String key, String exchange, String routingKey, BasicProperties properties, byte[] body) {
        return send(key, exchange, routingKey, properties, body, limits.confirmTimeout());
    }

    /**
     * Sends as above.
     *
     * @param patience how long to wait for room in flight, and for the channel
     */
    CompletableFuture<Void> send(
            String key,
            String exchange,
            String routingKey,
            BasicProperties properties,
            byte[] body,
            Duration patience) {
        if (!isUp()) {
            return CompletableFuture.failedFuture(new Unavailable("publishing " + properties.getMessageId()
                    + (blocked
                            ? ": the broker is short of memory or disk, try again"
                            : ": the broker is away, try again")));
        }
        try {
            limit.check(properties.getMessageId(), body.length);
        } catch (EventTooLarge tooLarge) {
            return CompletableFuture.failedFuture(tooLarge);
        }
        var until = System.nanoTime() + patience.toNanos();
        try {
            if (!room.tryEnter(body.length, patience)) {
                return CompletableFuture.failedFuture(new Unavailable("publishing " + properties.getMessageId()
                        + ": serai.bus.publisher.max-in-flight or max-in-flight-bytes wait for the broker, try again"));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(
                    new Unavailable("publishing " + properties.getMessageId() + ": hub is stopping"));
        }
        var open = channels;
        if (open.isEmpty()) {
            room.leave(body.length);
            return CompletableFuture.failedFuture(new Unavailable(
                    "publishing " + properties.getMessageId() + ": channels to the broker are opened anew, try again"));
        }
        var left = Duration.ofNanos(until - System.nanoTime());
        var confirm =
                open.get(Math.floorMod(key.hashCode(), open.size())).send(exchange, routingKey, properties, body, left);
        return confirm.whenComplete((done, failed) -> room.leave(body.length));
    }

    /** How long a publisher waits for room in flight, where it does not say. */
    Duration patience() {
        return limits.confirmTimeout();
    }

    /** @throws EventTooLarge where the broker is known to refuse a body of that size */
    void refuseTooLarge(String messageId, int bytes) {
        limit.check(messageId, bytes);
    }

    boolean isUp() {
        return !blocked && isConnected();
    }

    /** Whether there is a broker, though it may block publishers. */
    boolean isConnected() {
        var open = channels;
        var met = known;
        return (!open.isEmpty() && open.get(0).isOpen()) || (blocked && met != null && met.isOpen());
    }

    /** Whether the broker takes messages now, and none has waited for its confirm for half of the time-out. */
    boolean isPrompt() {
        if (!isUp()) {
            return false;
        }
        for (var channel : channels) {
            if (channel.waitsLongerThan(limits.confirmTimeout().dividedBy(2))) {
                return false;
            }
        }
        return true;
    }

    void expire() {
        channels.forEach(ConfirmChannel::expire);
    }

    @Override
    public String toString() {
        return "channels of publishers";
    }
}
