// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Collection;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The one place where exchanges, queues and bindings are declared; done again on every new connection and at intervals.
 *
 * <pre>
 * serai.events  topic   every event, routing key = type ──> serai.events.NAME, one durable queue a subscription
 * serai.dead    fanout  what other queues dead-letter   ──> serai.failures
 * </pre>
 */
final class BusTopology {

    static final String EVENTS = "serai.events";
    static final String DEAD = "serai.dead";
    static final String FAILURES = "serai.failures";
    /** How the exchanges and the queue of failures are called together. */
    static final String BASE = "the exchanges serai.events, serai.dead and the queue serai.failures";

    private BusTopology() {}

    static String queueOf(String subscription) {
        return EVENTS + "." + subscription;
    }

    /** Declares what every hub needs. */
    static void declare(Connection connection) throws IOException {
        with(connection, channel -> {
            channel.exchangeDeclare(EVENTS, "topic", true);
            channel.exchangeDeclare(DEAD, "fanout", true);
            channel.queueDeclare(
                    FAILURES, true, false, false, BrokerDialect.of(connection).queueArguments(false));
            channel.queueBind(FAILURES, DEAD, "");
        });
    }

    /** Makes the bindings that every hub needs; a queue or exchange deleted meanwhile is left for the next look. */
    static void bind(Connection connection) throws IOException {
        isThere(connection, channel -> channel.queueBind(FAILURES, DEAD, ""));
    }

    /**
     * Declares a subscription's queue and binds its patterns.
     *
     * @throws IOException where the broker refuses, say because the queue exists with other arguments
     */
    static void declare(Connection connection, String subscription, boolean ordered, Collection<String> patterns)
            throws IOException {
        with(connection, channel -> {
            var arguments = BrokerDialect.of(connection).queueArguments(true);
            if (ordered) {
                arguments.put("x-single-active-consumer", true);
            }
            channel.queueDeclare(queueOf(subscription), true, false, false, arguments);
            bind(channel, subscription, patterns);
        });
    }

    /** Binds patterns of a queue that is there; what is bound already stays. */
    static void bind(Connection connection, String subscription, Collection<String> patterns) throws IOException {
        with(connection, channel -> bind(channel, subscription, patterns));
    }

    private static void bind(Channel channel, String subscription, Collection<String> patterns) throws IOException {
        for (var pattern : patterns) {
            channel.queueBind(queueOf(subscription), EVENTS, pattern);
        }
    }

    /** RabbitMQ accepts to unbind what is not bound; Broker-J closes the channel with 404, which says the same. */
    static void unbind(Connection connection, String subscription, String pattern) throws IOException {
        isThere(connection, channel -> channel.queueUnbind(queueOf(subscription), EVENTS, pattern));
    }

    static boolean hasExchange(Connection connection, String exchange) throws IOException {
        return isThere(connection, channel -> channel.exchangeDeclarePassive(exchange));
    }

    /** How many messages are ready in a queue; empty where there is none of this name. */
    static OptionalInt depth(Connection connection, String queue) throws IOException {
        var depth = new AtomicInteger();
        return isThere(
                        connection,
                        channel -> depth.set(channel.queueDeclarePassive(queue).getMessageCount()))
                ? OptionalInt.of(depth.get())
                : OptionalInt.empty();
    }

    private static boolean isThere(Connection connection, Declaration declaration) throws IOException {
        try {
            with(connection, declaration);
            return true;
        } catch (IOException refused) {
            if (!(refused.getCause() instanceof ShutdownSignalException signal)
                    || signal.isHardError()
                    || !(signal.getReason() instanceof AMQP.Channel.Close close)
                    || close.getReplyCode() != AMQP.NOT_FOUND) {
                throw refused;
            }
            return false;
        }
    }

    private interface Declaration {
        void on(Channel channel) throws IOException;
    }

    /** Each on a channel of its own: a refused declaration closes its channel. */
    private static void with(Connection connection, Declaration declaration) throws IOException {
        var channel = connection.createChannel();
        if (channel == null) {
            throw new IOException("no channel left on the connection");
        }
        try {
            declaration.on(channel);
        } finally {
            channel.abort();
        }
    }
}
