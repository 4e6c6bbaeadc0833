// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.port.AmqpPortImpl;
import org.apache.qpid.server.transport.AcceptingTransport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The AMQP 0-9-1 broker in the hub's own process: Apache Qpid Broker-J, durable, on the loopback interface only.
 *
 * <p>It starts on a thread of its own, since nobody needs to wait: clients connect when the port opens. Port and password
 * are fixed before that, and a file beside the store that only its owner may read tells them. What it confirmed is on disk and there after a kill.
 *
 * @see <a href="https://qpid.apache.org/components/broker-j/">Apache Qpid Broker-J</a>
 */
public final class EmbeddedBroker {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedBroker.class);

    static final String HOST = "127.0.0.1";
    static final String USERNAME = "serai";

    /** Largest body the RabbitMQ client can receive: a larger one would be taken and then kill each consumer's connection. */
    private static final int MAX_MESSAGE_BYTES = 64 * 1024 * 1024 - 1;

    /** As on RabbitMQ; Broker-J's own default of 256 is few when each consumer has its channel. */
    private static final int MAX_CHANNELS = 2047;

    /** The store goes read-only before the disk is full: writing on until the last byte would break its log. */
    private static final long MAX_STORE_RESERVE_BYTES = 64L * 1024 * 1024;

    private static final long STOP_SECONDS = 30;

    private final Path store;
    private final Path address;
    private final int port;
    private final long reserve;
    private final String password = newPassword();
    private final ReentrantLock lock = new ReentrantLock();
    private volatile Started started = new Started();
    private volatile boolean running;
    private @Nullable Thread starter;
    private @Nullable SystemLauncher launcher;
    private boolean stopped;

    /**
     * @param store directory of the messages and the topology
     * @param port loopback port, or 0 for a free one
     * @param minFree bytes of disk at which the hub stops taking work; the store stops itself at a quarter of it
     */
    EmbeddedBroker(Path store, int port, long minFree) {
        this.store = store;
        this.address = store.resolveSibling("broker.url");
        this.port = port == 0 ? freePort() : port;
        this.reserve = Math.min(minFree / 4, MAX_STORE_RESERVE_BYTES);
    }

    /** Begins to start, once, and returns at once; what goes wrong is logged. */
    void start() {
        lock.lock();
        try {
            if (starter == null && !stopped) {
                starter = new Thread(this::run, "serai-broker-start");
                starter.setDaemon(true);
                starter.start();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Begins to start again where the store has met a full disk: it is closed from then on, with what it confirmed in it.
     * Clients find the same port and password. Returns at once.
     *
     * @param least bytes of disk that were left at the worst
     */
    boolean reopen(long least) {
        if (least < reserve) {
            log.info("Embedded broker is started again, since its store closes when it finds no room");
            // what is broken takes its time to stop
            var again = new Thread(this::startAgain, "serai-broker-again");
            again.setDaemon(true);
            again.start();
        }
        return true;
    }

    private void startAgain() {
        // what is broken has lost threads that its ports wait for in vain when they are closed
        started.closePorts();
        shutDown();
        lock.lock();
        try {
            starter = null;
        } finally {
            lock.unlock();
        }
        start();
    }

    private void run() {
        var begin = System.nanoTime();
        var listener = new Started();
        var starting = new SystemLauncher(listener);
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            launcher = starting;
            started = listener;
        } finally {
            lock.unlock();
        }
        try {
            starting.startup(attributes());
            // startup() reports to its listener rather than throwing
            var cause = listener.failure;
            if (cause != null) {
                throw cause;
            }
            OwnerOnly.write(address, "amqp://%s:%s@%s:%d%n".formatted(USERNAME, password, HOST, port));
            listener.leaveStopToTheHub();
            running = true;
            log.info(
                    "Embedded broker started in {} ms: amqp://{}:{} (user and password in {}, data in {})",
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin),
                    HOST,
                    port,
                    address,
                    store);
        } catch (Exception e) {
            log.error(
                    "Starting the embedded broker on {}:{} with data in {} failed: {}. The hub runs without a broker: mend the cause, which the lines above tell"
                            + " (port taken: set serai.embedded.broker.port to a free one or 0; data: needs room and write access) and start the hub again",
                    HOST,
                    port,
                    store,
                    rootOf(e).toString(),
                    e);
        }
    }

    private Map<String, Object> attributes() {
        return Map.of(
                "type", "Memory",
                "initialConfigurationLocation", resource("broker.json"),
                "initialSystemPropertiesLocation", resource("broker.properties"),
                "startupLoggedToSystemOut", "false",
                "context",
                        Map.ofEntries(
                                Map.entry("serai.username", USERNAME),
                                Map.entry("serai.password", password),
                                Map.entry("serai.port", String.valueOf(port)),
                                Map.entry("serai.store", store.toString()),
                                Map.entry("qpid.work_dir", store.toString()),
                                Map.entry("qpid.max_message_size", String.valueOf(MAX_MESSAGE_BYTES)),
                                Map.entry("qpid.port.sessionCountLimit", String.valueOf(MAX_CHANNELS)),
                                Map.entry("broker.failStartupWithErroredChild", "true"),
                                Map.entry("broker.failStartupWithErroredChildScope", "ALL"),
                                // near its limit Broker-J makes publishers hang; DiskSpace refuses before instead
                                Map.entry("store.filesystem.maxUsagePercent", "100"),
                                // default 5 GB: on a smaller disk the store would not even open
                                Map.entry("je.freeDisk", String.valueOf(reserve))));
    }

    /** Stops and waits for the store to be closed; to be called when its clients are gone. */
    void stop() {
        lock.lock();
        try {
            stopped = true;
        } finally {
            lock.unlock();
        }
        shutDown();
    }

    private void shutDown() {
        Thread starting;
        SystemLauncher closing;
        lock.lock();
        try {
            starting = starter;
        } finally {
            lock.unlock();
        }
        join(starting);
        lock.lock();
        try {
            closing = launcher;
            launcher = null;
        } finally {
            lock.unlock();
        }
        running = false;
        if (closing != null) {
            closing.shutdown();
            log.info("Embedded broker stopped");
        }
    }

    private static void join(@Nullable Thread thread) {
        if (thread == null) {
            return;
        }
        try {
            thread.join(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether the port is open and what is published is kept. */
    public boolean isRunning() {
        return running;
    }

    /** Loopback port, known before the broker runs. */
    public int port() {
        return port;
    }

    String password() {
        return password;
    }

    private static String resource(String name) {
        URL url = EmbeddedBroker.class.getResource(name);
        return Objects.requireNonNull(url, name).toString();
    }

    private static Throwable rootOf(Throwable thrown) {
        var root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    private static String newPassword() {
        var bytes = new byte[18];
        new SecureRandom().nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Below the range systems take outgoing ports from: the broker binds it seconds later, when one of those could have it. */
    private static int freePort() {
        for (var attempt = 0; attempt < 100; attempt++) {
            var candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (var socket = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                log.debug("port {} is taken: {}", candidate, e.toString());
            }
        }
        throw new IllegalStateException(
                "finding a free loopback port: 100 tries found none, set serai.embedded.broker.port");
    }

    /** What Broker-J tells of one start. */
    private static final class Started extends DefaultSystemLauncherListener {

        private volatile @Nullable RuntimeException failure;
        private volatile @Nullable SystemConfig<?> system;

        @Override
        public void onContainerResolve(SystemConfig<?> resolved) {
            system = resolved;
        }

        @Override
        public void errorOnStartup(RuntimeException e) {
            failure = e;
        }

        /** Broker-J would stop at the first sign of the process's end, under the routes that still use it. */
        void leaveStopToTheHub() {
            if (system != null && system.getContainer() instanceof BrokerImpl broker) {
                if (inside(BrokerImpl.class, "_shutdownHook", broker) instanceof Thread hook) {
                    remove(hook);
                }
            }
        }

        private static void remove(Thread hook) {
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException endsAlready) {
                log.debug("Embedded broker is stopped with the process", endsAlready);
            }
        }

        /** Frees the ports; Broker-J itself does so only when the last connection has gone. */
        void closePorts() {
            if (system == null || !(system.getContainer() instanceof Broker<?> broker)) {
                return;
            }
            for (var port : broker.getPorts()) {
                if (port instanceof AmqpPortImpl
                        && inside(AmqpPortImpl.class, "_transport", port) instanceof AcceptingTransport open) {
                    open.close();
                }
            }
        }

        /** What Broker-J has no other way to. */
        private static @Nullable Object inside(Class<?> type, String name, Object object) {
            try {
                var field = type.getDeclaredField(name);
                field.setAccessible(true);
                return field.get(object);
            } catch (ReflectiveOperationException | RuntimeException unknown) {
                log.warn("Embedded broker: this version of Broker-J has no {}.{}", type.getSimpleName(), name, unknown);
                return null;
            }
        }
    }
}
