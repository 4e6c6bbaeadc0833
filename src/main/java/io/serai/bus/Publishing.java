// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Connection;
import io.serai.message.Unavailable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The way out to the broker: a few confirm channels on one connection, with a bound on what is in flight.
 *
 * <p>While the broker is away or blocks publishers (memory or disk alarm) a send fails at once instead of waiting.
 */
public final class Publishing implements BrokerLink.User {

    private final BusProperties.Publisher limits;
    private final BrokerLink link;
    private final Semaphore places;
    private volatile List<ConfirmChannel> channels = List.of();
    private volatile boolean blocked;

    Publishing(BusProperties.Publisher limits, BrokerLink link) {
        this.limits = limits;
        this.link = link;
        this.places = new Semaphore(limits.maxInFlight());
    }

    @Override
    public void connected(Connection connection) throws IOException {
        channels.forEach(ConfirmChannel::close);
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
        var opened = new ArrayList<ConfirmChannel>();
        for (int i = 0; i < limits.channels(); i++) {
            opened.add(new ConfirmChannel(connection, limits.confirmTimeout(), () -> link.rejoin(this)));
        }
        channels = List.copyOf(opened);
    }

    /**
     * Sends, mandatory and confirmed; see {@link ConfirmChannel#send}. What has the same key goes over the same channel, so
     * keeps its order. The future completes on the AMQP reader thread.
     *
     * @param properties with a message id, by which a returned message is known again
     *
     * @return fails with {@link Unavailable} also while the broker is away
     */
    public CompletableFuture<Void> send(
            String key, String exchange, String routingKey, BasicProperties properties, byte[] body) {
        if (!isUp()) {
            return CompletableFuture.failedFuture(new Unavailable("publishing " + properties.getMessageId()
                    + (blocked
                            ? ": the broker is short of memory or disk, try again"
                            : ": the broker is away, try again")));
        }
        try {
            if (!places.tryAcquire(limits.confirmTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
                return CompletableFuture.failedFuture(new Unavailable("publishing " + properties.getMessageId() + ": "
                        + limits.maxInFlight() + " events wait for the broker already, try again"));
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(
                    new Unavailable("publishing " + properties.getMessageId() + ": hub is stopping"));
        }
        var open = channels;
        var confirm = open.get(Math.floorMod(key.hashCode(), open.size())).send(exchange, routingKey, properties, body);
        return confirm.whenComplete((done, failed) -> places.release());
    }

    boolean isUp() {
        var open = channels;
        return !blocked && !open.isEmpty() && open.get(0).isOpen();
    }

    void expire() {
        channels.forEach(ConfirmChannel::expire);
    }
}
