// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpException;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;

/**
 * Keeps one connection to the broker open, trying again while the broker is away, and tells its users when it is there.
 *
 * <p>All calls to users come from the link's one thread, one after the other, in the order in which they joined. An
 * outage is logged once, when it begins and when it ends.
 */
final class BrokerLink {

    /** Someone who needs channels on this connection. */
    interface User {

        /** Opens channels on a new connection; a failure is tried again after the reconnect interval. */
        void connected(Connection connection) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(BrokerLink.class);

    private static final Duration MOST = Duration.ofSeconds(30);
    private static final int DOUBLINGS = 10;

    private final String name;
    private final ConnectionFactory factory;
    private final Duration interval;
    private final RefusedTopology refused;
    private final ScheduledExecutorService thread;
    private final Set<User> users = new LinkedHashSet<>();
    private final Set<User> rejoining = ConcurrentHashMap.newKeySet();
    /** How often in a row the broker has refused; of the link itself, and of each user. */
    private final Map<Object, Integer> refusals = new HashMap<>();

    private volatile @Nullable Connection connection;
    private boolean outageLogged;
    private volatile boolean started;
    private volatile boolean stopped;

    BrokerLink(String name, ConnectionFactory factory, Duration interval, RefusedTopology refused) {
        this.name = name;
        this.factory = factory;
        this.interval = interval;
        this.refused = refused;
        this.thread = Executors.newSingleThreadScheduledExecutor(task -> {
            var worker = new Thread(task, "broker-link-" + name);
            worker.setDaemon(true);
            return worker;
        });
    }

    void start() {
        started = true;
        thread.execute(this::connect);
    }

    /** Lets a user in; it hears of the present connection at once, if there is one. */
    void join(User user) {
        thread.execute(() -> {
            users.add(user);
            introduce(user);
        });
    }

    void leave(User user) {
        thread.execute(() -> {
            users.remove(user);
            accepted(user, user.toString());
        });
    }

    /** Calls the user again after the reconnect interval, say because its channel was closed. */
    void rejoin(User user) {
        rejoin(user, interval);
    }

    private void rejoin(User user, Duration after) {
        // several channels closed at once are one call: each call closes what the one before has opened
        if (rejoining.add(user)) {
            later(
                    () -> {
                        // unless it has met a new connection meanwhile
                        if (rejoining.contains(user) && users.contains(user)) {
                            introduce(user);
                        }
                    },
                    after);
        }
    }

    /** The present connection, if there is one. */
    Optional<Connection> connection() {
        return isUp() ? Optional.ofNullable(connection) : Optional.empty();
    }

    boolean isUp() {
        var current = connection;
        return current != null && current.isOpen();
    }

    boolean isStarted() {
        return started && !stopped;
    }

    void stop() {
        stopped = true;
        thread.shutdownNow();
    }

    private void connect() {
        if (stopped || isUp()) {
            return;
        }
        try {
            var opened = factory.createConnection().getDelegate();
            if (opened == null) {
                throw new IOException("connection closed while it was opened");
            }
            declare(opened);
            opened.addShutdownListener(cause -> later(this::connect));
            connection = opened;
            if (outageLogged) {
                LOG.info("broker is back link={}", name);
            }
            outageLogged = false;
            List.copyOf(users).forEach(this::introduce);
        } catch (IOException | AmqpException | com.rabbitmq.client.ShutdownSignalException away) {
            if (!outageLogged && !refusals.containsKey(this)) {
                LOG.warn(
                        "broker is away link={} cause={}; trying again every {} ms",
                        name,
                        brief(away),
                        interval.toMillis());
                outageLogged = true;
            }
            later(this::connect, pause(this));
        }
    }

    private void declare(Connection opened) throws IOException {
        try {
            BusTopology.declare(opened);
            accepted(this, BusTopology.BASE);
        } catch (IOException | com.rabbitmq.client.ShutdownSignalException cause) {
            if (opened.isOpen()) {
                refuse(this, BusTopology.BASE, cause);
            }
            throw cause;
        }
    }

    private void refuse(Object user, String what, Exception cause) {
        refusals.merge(user, 1, Integer::sum);
        refused.refused(what, brief(cause));
    }

    private void accepted(Object user, String what) {
        refusals.remove(user);
        refused.accepted(what);
    }

    /** Twice as long each time, up to 30 s: what the broker refuses it will refuse again until a person mends it. */
    private Duration pause(Object user) {
        var times = Math.min(DOUBLINGS, refusals.getOrDefault(user, 0));
        var pause = interval.multipliedBy(1L << times);
        return pause.compareTo(MOST) < 0 ? pause : MOST.compareTo(interval) > 0 ? MOST : interval;
    }

    private void introduce(User user) {
        rejoining.remove(user);
        var current = connection;
        if (current == null || !current.isOpen()) {
            return;
        }
        try {
            user.connected(current);
            accepted(user, user.toString());
        } catch (IOException | com.rabbitmq.client.ShutdownSignalException cause) {
            if (current.isOpen()) {
                refuse(user, user.toString(), cause);
            }
            rejoin(user, pause(user));
        } catch (RuntimeException unforeseen) {
            // must not keep the connection from those who joined later
            LOG.error("{} stumbled over a new connection; trying again", user, unforeseen);
            rejoin(user);
        }
    }

    private void later(Runnable task) {
        later(task, interval);
    }

    private void later(Runnable task, Duration after) {
        if (!stopped) {
            thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException unforeseen) {
                            LOG.error("broker link {} stumbled; it goes on", name, unforeseen);
                        }
                    },
                    after.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    static String brief(Throwable thrown) {
        var cause = thrown;
        // the causes of an SSLException no longer say that it was about a certificate
        while (cause.getCause() != null && !(cause instanceof SSLException)) {
            cause = cause.getCause();
        }
        var message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return cause instanceof SSLException ? "TLS: " + message : message;
    }
}
