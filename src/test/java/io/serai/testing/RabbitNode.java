// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.ConnectionFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A RabbitMQ for tests: the one all share, or a private one that a test may kill and start again.
 *
 * <p>A node of ours listens on loopback only, keeps its data in a temporary folder over restarts, has an Erlang port
 * mapper of its own, and ends with this JVM. Start takes about 10 s of one core.
 */
public final class RabbitNode implements AutoCloseable {

    private static final String URL = "SERAI_TEST_RABBITMQ_URL";
    private static final String MANAGEMENT_URL = "SERAI_TEST_RABBITMQ_MANAGEMENT_URL";
    private static final String USER = "serai";
    private static final Duration START = Duration.ofMinutes(2);
    private static final AtomicInteger VHOSTS = new AtomicInteger();

    private final URI uri;
    private final @Nullable URI management;
    private final @Nullable PrivateRabbit server;
    private final boolean shared;
    private final @Nullable TestAuthority tls;

    private RabbitNode(
            URI uri,
            @Nullable URI management,
            @Nullable PrivateRabbit server,
            boolean shared,
            @Nullable TestAuthority tls) {
        this.tls = tls;
        this.uri = uri;
        this.management = management;
        this.server = server;
        this.shared = shared;
    }

    /** Why there can be no node here, if so. */
    static Optional<String> missing() {
        if (System.getenv(URL) != null
                || (Programs.rabbitmqServer().isPresent() && Programs.epmd().isPresent())) {
            return Optional.empty();
        }
        return Optional.of("no RabbitMQ: neither %s is set nor is rabbitmq-server installed".formatted(URL));
    }

    /** The node of the environment, else one of ours with the management API, which makes virtual hosts in milliseconds. */
    static RabbitNode startShared() {
        var given = System.getenv(URL);
        if (given != null) {
            var uri = URI.create(given);
            var management = System.getenv().getOrDefault(MANAGEMENT_URL, "http://%s:15672".formatted(uri.getHost()));
            return new RabbitNode(uri, URI.create(management), null, true, null);
        }
        return start(FreePort.next(), true, null, "");
    }

    /** Starts a node of the caller's own, without management; the caller closes it. */
    public static RabbitNode startPrivate() {
        return start(0, false, null, "");
    }

    /** Starts a private node that speaks TLS only, with the authority's certificate. */
    public static RabbitNode startPrivate(TestAuthority tls) {
        return start(0, false, tls, "");
    }

    /** Starts one likewise, with further lines of its configuration. */
    public static RabbitNode startPrivate(String configuration) {
        return start(0, false, null, configuration);
    }

    private static RabbitNode start(
            int managementPort, boolean shared, @Nullable TestAuthority tls, String configuration) {
        var password = UUID.randomUUID().toString();
        var port = FreePort.next();
        var server = new PrivateRabbit(folder(), port, managementPort, USER, password, tls, configuration);
        var node = new RabbitNode(
                URI.create("%s://%s:%s@127.0.0.1:%d".formatted(tls == null ? "amqp" : "amqps", USER, password, port)),
                managementPort == 0 ? null : URI.create("http://127.0.0.1:" + managementPort),
                server,
                shared,
                tls);
        server.start();
        node.awaitLogin();
        return node;
    }

    public String host() {
        return uri.getHost();
    }

    public int port() {
        return uri.getPort() == -1 ? ConnectionFactory.DEFAULT_AMQP_PORT : uri.getPort();
    }

    public String user() {
        return credentials()[0];
    }

    public String password() {
        return credentials()[1];
    }

    /** The address of the default virtual host, {@code amqp://user:password@host:port}. */
    public URI uri() {
        return uri;
    }

    /** Makes a virtual host that nobody else uses and answers its address. Shared node only. */
    public URI newVhost() {
        var name = "test-%d-%d".formatted(ProcessHandle.current().pid(), VHOSTS.incrementAndGet());
        management("PUT", "/api/vhosts/" + name);
        return uri.resolve("/" + name);
    }

    /** Calls the management API and answers the body, JSON or empty: {@code management("GET", "/api/queues/v1")}. Shared node only. */
    public String management(String method, String path) {
        if (management == null) {
            throw new IllegalStateException("calling management of a private node: it has none, use the shared node");
        }
        var login = Base64.getEncoder().encodeToString((user() + ":" + password()).getBytes(StandardCharsets.UTF_8));
        var request = HttpRequest.newBuilder(management.resolve(path))
                .header("Authorization", "Basic " + login)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try {
            var response = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() >= 300) {
                throw new IllegalStateException("calling management %s %s: answered %d %s"
                        .formatted(method, path, response.statusCode(), response.body()));
            }
            return response.body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends the node as a power cut would. */
    public void kill9() {
        own().kill9();
    }

    /** Ends the node in order. */
    public void stop() {
        own().stop();
    }

    /** Starts the node again on the same port with the same data; returns when it takes logins. */
    public void start() {
        own().start();
        awaitLogin();
    }

    /** Starts the node again and returns at once; {@link #awaitLogin()} waits for it. */
    public void startInBackground() {
        own().start();
    }

    /** Returns when the node takes logins. */
    public void awaitLogin() {
        var factory = new ConnectionFactory();
        factory.setHost(host());
        factory.setPort(port());
        factory.setUsername(user());
        factory.setPassword(password());
        if (tls != null) {
            factory.useSslProtocol(tls.trusting());
        }
        try {
            await().atMost(START)
                    .pollInterval(Duration.ofMillis(100))
                    .failFast("the node has ended", () -> server != null && !server.isAlive())
                    .until(() -> canLogin(factory));
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "starting RabbitMQ: no login on port %d. Its output:%n%s"
                            .formatted(port(), server == null ? "" : server.output()),
                    e);
        }
    }

    /** Runs {@code rabbitmqctl} against the node, private ones only; throws where it fails. */
    public void control(String... arguments) {
        own().control(arguments);
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }

    private static boolean canLogin(ConnectionFactory factory) {
        try (var connection = factory.newConnection()) {
            return connection.isOpen();
        } catch (Exception notYet) {
            return false;
        }
    }

    private PrivateRabbit own() {
        if (shared || server == null) {
            throw new IllegalStateException("stopping the shared RabbitMQ: other tests use it, use startPrivate()");
        }
        return server;
    }

    private String[] credentials() {
        return uri.getUserInfo().split(":", 2);
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("serai-rabbitmq-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
