// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.util.Collection;
import java.util.Set;

/**
 * The one place where exchanges, queues and bindings are declared; done again on every new connection.
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

    /**
     * Declares a subscription's queue, binds its patterns and unbinds those it no longer has.
     *
     * @throws IOException where the broker refuses, say because the queue exists with other arguments
     */
    static void declare(Connection connection, Subscription subscription, Collection<String> unbind)
            throws IOException {
        declare(connection, subscription.name(), subscription.ordered(), subscription.patternTexts());
        for (var pattern : Set.copyOf(unbind)) {
            unbind(connection, queueOf(subscription.name()), pattern);
        }
    }

    /**
     * Declares a subscription's queue and binds its patterns.
     *
     * @throws IOException as above
     */
    static void declare(Connection connection, String subscription, boolean ordered, Collection<String> patterns)
            throws IOException {
        with(connection, channel -> {
            var arguments = BrokerDialect.of(connection).queueArguments(true);
            if (ordered) {
                arguments.put("x-single-active-consumer", true);
            }
            channel.queueDeclare(queueOf(subscription), true, false, false, arguments);
            for (var pattern : patterns) {
                channel.queueBind(queueOf(subscription), EVENTS, pattern);
            }
        });
    }

    /** RabbitMQ accepts to unbind what is not bound; Broker-J closes the channel with 404, which says the same. */
    private static void unbind(Connection connection, String queue, String pattern) throws IOException {
        try {
            with(connection, channel -> channel.queueUnbind(queue, EVENTS, pattern));
        } catch (IOException refused) {
            if (!(refused.getCause() instanceof ShutdownSignalException signal)
                    || signal.isHardError()
                    || !(signal.getReason() instanceof AMQP.Channel.Close close)
                    || close.getReplyCode() != AMQP.NOT_FOUND) {
                throw refused;
            }
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
