// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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

    private final String name;
    private final ConnectionFactory factory;
    private final Duration interval;
    private final ScheduledExecutorService thread;
    private final Set<User> users = new LinkedHashSet<>();
    private final Set<User> rejoining = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Connection connection;
    private boolean outageLogged;
    private volatile boolean started;
    private volatile boolean stopped;

    BrokerLink(String name, ConnectionFactory factory, Duration interval) {
        this.name = name;
        this.factory = factory;
        this.interval = interval;
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
        thread.execute(() -> users.remove(user));
    }

    /** Calls the user again after the reconnect interval, say because its channel was closed. */
    void rejoin(User user) {
        // several channels closed at once are one call: each call closes what the one before has opened
        if (rejoining.add(user)) {
            later(() -> {
                rejoining.remove(user);
                if (users.contains(user)) {
                    introduce(user);
                }
            });
        }
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
            BusTopology.declare(opened);
            opened.addShutdownListener(cause -> later(this::connect));
            connection = opened;
            if (outageLogged) {
                LOG.info("broker is back link={}", name);
            }
            outageLogged = false;
            List.copyOf(users).forEach(this::introduce);
        } catch (IOException | AmqpException | com.rabbitmq.client.ShutdownSignalException away) {
            if (!outageLogged) {
                LOG.warn(
                        "broker is away link={} cause={}; trying again every {} ms",
                        name,
                        brief(away),
                        interval.toMillis());
                outageLogged = true;
            }
            later(this::connect);
        }
    }

    private void introduce(User user) {
        var current = connection;
        if (current == null || !current.isOpen()) {
            return;
        }
        try {
            user.connected(current);
        } catch (IOException | com.rabbitmq.client.ShutdownSignalException refused) {
            if (current.isOpen()) {
                LOG.error("broker refused {}: {}; trying again", user, brief(refused));
            }
            rejoin(user);
        } catch (RuntimeException unforeseen) {
            // must not keep the connection from those who joined later
            LOG.error("{} stumbled over a new connection; trying again", user, unforeseen);
            rejoin(user);
        }
    }

    private void later(Runnable task) {
        if (!stopped) {
            thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException unforeseen) {
                            LOG.error("broker link {} stumbled; it goes on", name, unforeseen);
                        }
                    },
                    interval.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private static String brief(Throwable thrown) {
        var cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
