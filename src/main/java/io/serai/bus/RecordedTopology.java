// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ShutdownSignalException;
import io.serai.bus.RecordedSubscriptions.Recorded;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Declares the queues of all recorded subscriptions, and binds them to what is recorded: on a new connection before anything
 * is published on it, since a broker that is new, or has lost its queues, would drop for a subscription what is published
 * before its reader is back; and again at intervals, since people delete queues, exchanges and bindings.
 *
 * <p>A binding that is gone cannot be seen over AMQP, so all are made again. Patterns are unbound, and queues that are gone
 * are made, with the subscription's row locked: so that no hub undoes what another has just recorded.
 */
final class RecordedTopology implements BrokerLink.User {

    private static final Logger LOG = LoggerFactory.getLogger(RecordedTopology.class);

    private final RecordedSubscriptions recorded;
    private final RefusedTopology refused;
    /** What is known while the database is away. */
    private final Map<String, Recorded> known = new ConcurrentHashMap<>();
    /** By queue, what was ready in it when it was last seen. */
    private final Map<String, Integer> seen = new ConcurrentHashMap<>();

    /** A queue was deleted, and its consumers do not hear of it. */
    private volatile boolean hasDeafConsumers;

    RecordedTopology(RecordedSubscriptions recorded, RefusedTopology refused) {
        this.recorded = recorded;
        this.refused = refused;
    }

    @Override
    public void connected(Connection connection) throws IOException {
        remember();
        for (var subscription : everythingFirst()) {
            attempt(connection, subscription.name(), () -> {
                BusTopology.declare(connection, subscription.name(), subscription.ordered(), subscription.patterns());
                unbind(connection, subscription);
            });
        }
    }

    /**
     * Looks for missing exchanges and queues, logs them and declares them again. An existing one is not declared: if it were
     * deleted between the look and the declaration, nobody would be told.
     */
    void restore(Connection connection) throws IOException {
        restoreBase(connection);
        for (var subscription : everythingFirst()) {
            attempt(connection, subscription.name(), () -> restore(connection, subscription));
        }
    }

    /** Looks at all of it, since each that is gone is said. */
    private boolean isBaseThere(Connection connection) throws IOException {
        var there = true;
        for (var exchange : List.of(BusTopology.EVENTS, BusTopology.DEAD)) {
            if (!BusTopology.hasExchange(connection, exchange)) {
                LOG.warn("exchange {} was deleted on the broker; declaring it again with its bindings", exchange);
                there = false;
            }
        }
        return look(connection, BusTopology.FAILURES) && there;
    }

    private void restoreBase(Connection connection) throws IOException {
        var there = isBaseThere(connection);
        try {
            if (there && !refused.causes().containsKey(BusTopology.BASE)) {
                BusTopology.bind(connection);
            } else {
                BusTopology.declare(connection);
                refused.accepted(BusTopology.BASE);
            }
        } catch (IOException | ShutdownSignalException cause) {
            rethrowIfClosed(connection, cause);
            refused.refused(BusTopology.BASE, BrokerLink.brief(cause));
        }
    }

    /** Likewise, with what is recorded by now, on the connection on which the hub reads; never throws. */
    void restoreQuietly(Optional<Connection> connection) {
        remember();
        try {
            if (connection.isPresent()) {
                restore(connection.get());
                if (hasDeafConsumers) {
                    hasDeafConsumers = false;
                    // all that read, failures and queues of other systems too, come back on the next
                    connection.get().abort();
                }
            }
        } catch (IOException | ShutdownSignalException lost) {
            LOG.debug("topology is looked at on the next connection", lost);
        } catch (RuntimeException unforeseen) {
            // thrown on, it would be the last time
            LOG.error("looking at the topology stumbled; it goes on", unforeseen);
        }
    }

    private void restore(Connection connection, Recorded subscription) throws IOException {
        if (look(connection, BusTopology.queueOf(subscription.name()))) {
            BusTopology.bind(connection, subscription.name(), subscription.patterns());
            unbind(connection, subscription);
        } else {
            // unless another hub is removing it
            locked(subscription, now -> BusTopology.declare(connection, now.name(), now.ordered(), now.patterns()));
        }
    }

    /** Declares the queue of one that is about to be read. */
    void declare(Connection connection, String name) throws IOException {
        var subscription = known.get(name);
        if (subscription == null) {
            throw new IOException("subscription " + name + " was removed");
        }
        var queue = BusTopology.queueOf(name);
        if (seen.containsKey(queue)) {
            look(connection, queue);
        }
        BusTopology.declare(connection, name, subscription.ordered(), subscription.patterns());
        seen.putIfAbsent(queue, 0);
        unbind(connection, subscription);
    }

    private void unbind(Connection connection, Recorded subscription) throws IOException {
        if (!subscription.unbind().isEmpty()) {
            locked(subscription, now -> {
                for (var pattern : now.unbind()) {
                    BusTopology.unbind(connection, now.name(), pattern);
                }
            });
        }
    }

    /** Says where a queue that was there is not. */
    private boolean look(Connection connection, String queue) throws IOException {
        var depth = BusTopology.depth(connection, queue);
        if (depth.isPresent()) {
            seen.put(queue, depth.getAsInt());
            return true;
        }
        var before = seen.remove(queue);
        if (before != null) {
            if (!BrokerDialect.of(connection).cancelsConsumersOfDeletedQueues()) {
                hasDeafConsumers = true;
            }
            LOG.warn(
                    "queue {} was deleted on the broker, with all that was in it ({} messages when last seen) and what was"
                            + " published since; declaring it again. The event log has the events",
                    queue,
                    before);
        }
        return false;
    }

    /** Notes what has just been recorded. */
    void know(Recorded subscription) {
        known.put(subscription.name(), subscription);
    }

    /** Reads them anew; at each connection, and at intervals. */
    void remember() {
        try {
            var all = recorded.all();
            all.forEach(this::know);
            known.keySet()
                    .removeIf(name -> all.stream().noneMatch(each -> each.name().equals(name)));
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("subscriptions as last known", away);
        }
    }

    /** Forgets one that a person has removed, with its queue. */
    void forget(String name) {
        known.remove(name);
        seen.remove(BusTopology.queueOf(name));
        refused.accepted(queueName(name));
    }

    /** While exchange and bindings are made anew, another hub may publish: the log is to have it at least. */
    private List<Recorded> everythingFirst() {
        return known.values().stream()
                .sorted(Comparator.comparing((Recorded each) -> !each.patterns().contains("#"))
                        .thenComparing(Recorded::name))
                .toList();
    }

    private interface Declaration {
        void run() throws IOException;
    }

    private interface OfRecorded {
        void of(Recorded now) throws IOException;
    }

    private void attempt(Connection connection, String name, Declaration declaration) throws IOException {
        try {
            declaration.run();
            refused.accepted(queueName(name));
        } catch (IOException | ShutdownSignalException cause) {
            rethrowIfClosed(connection, cause);
            refused.refused(queueName(name), BrokerLink.brief(cause));
        }
    }

    private static String queueName(String subscription) {
        return "queue " + BusTopology.queueOf(subscription);
    }

    private static void rethrowIfClosed(Connection connection, Exception cause) throws IOException {
        if (!connection.isOpen()) {
            throw new IOException(cause);
        }
    }

    /** Where the database is away it is left for the next time. */
    private void locked(Recorded subscription, OfRecorded action) throws IOException {
        var failed = new IOException[1];
        try {
            recorded.locked(subscription.name(), now -> failed[0] = attempt(now, action));
        } catch (DataAccessException | TransactionException away) {
            LOG.debug("topology is mended later subscription={}", subscription.name(), away);
        }
        if (failed[0] != null) {
            throw failed[0];
        }
    }

    private static @Nullable IOException attempt(Optional<Recorded> now, OfRecorded action) {
        try {
            if (now.isPresent()) {
                action.of(now.get());
            }
            return null;
        } catch (IOException refused) {
            return refused;
        } catch (ShutdownSignalException closed) {
            return new IOException(closed);
        }
    }

    @Override
    public String toString() {
        return "queues of subscriptions";
    }
}
