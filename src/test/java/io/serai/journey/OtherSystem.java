// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.MessageProperties;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays a system that knows nothing of the hub: a plain AMQP client with queues of its own. Connects anew when the broker
 * was gone, as such a system does. Not thread-safe.
 */
final class OtherSystem implements AutoCloseable {

    private static final long PATIENCE = TimeUnit.SECONDS.toNanos(60);

    private interface Step<T> {
        T on(Channel channel) throws IOException, InterruptedException, TimeoutException;
    }

    private final Supplier<URI> broker;
    private @Nullable Connection connection;
    private @Nullable Channel channel;

    /** @param broker where it is now; asked for each connection */
    OtherSystem(Supplier<URI> broker) {
        this.broker = broker;
    }

    void declare(String queue) {
        untilDone(open -> open.queueDeclare(queue, true, false, false, null));
    }

    void send(String queue, String text) {
        send(queue, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends until the broker has confirmed, so more than once where the confirm was lost. */
    void send(String queue, byte[] body) {
        untilDone(open -> {
            open.basicPublish("", queue, MessageProperties.MINIMAL_PERSISTENT_BASIC, body);
            open.waitForConfirmsOrDie(5_000);
            return true;
        });
    }

    /** Takes all that is in the queue. */
    List<GetResponse> take(String queue) {
        return untilDone(open -> {
            var taken = new ArrayList<GetResponse>();
            for (var next = open.basicGet(queue, true); next != null; next = open.basicGet(queue, true)) {
                taken.add(next);
            }
            return taken;
        });
    }

    static String text(GetResponse message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.abort();
        }
        connection = null;
        channel = null;
    }

    private <T> T untilDone(Step<T> step) {
        var begin = System.nanoTime();
        while (true) {
            try {
                return step.on(channel());
            } catch (IOException | TimeoutException | ShutdownSignalException away) {
                close();
                if (System.nanoTime() - begin > PATIENCE) {
                    throw new IllegalStateException("the broker was away for too long", away);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(stopped);
            }
        }
    }

    private Channel channel() throws IOException, TimeoutException {
        if (channel != null && channel.isOpen()) {
            return channel;
        }
        close();
        var factory = new ConnectionFactory();
        factory.setAutomaticRecoveryEnabled(false);
        try {
            factory.setUri(broker.get());
        } catch (java.security.GeneralSecurityException | java.net.URISyntaxException malformed) {
            throw new IllegalArgumentException(malformed);
        }
        var opened = factory.newConnection("other-system");
        connection = opened;
        var made = opened.createChannel();
        made.confirmSelect();
        channel = made;
        return made;
    }
}
