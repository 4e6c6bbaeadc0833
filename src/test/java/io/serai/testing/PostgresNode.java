// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL for tests: the one all share, or a private one that a test may kill and start again.
 *
 * <p>A node of ours listens on loopback only, keeps its data in a temporary folder over restarts, and ends with this JVM.
 * It does not sync to disk, which only a crash of the machine would show. Start takes about 2 s.
 */
public final class PostgresNode implements AutoCloseable {

    private static final String URL = "SERAI_TEST_POSTGRES_URL";
    private static final String USER = "serai";
    private static final Duration START = Duration.ofMinutes(1);
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final String address;
    private final String options;
    private final Database administration;
    private final @Nullable PrivatePostgres server;
    private final boolean shared;

    private PostgresNode(
            String address, String options, Database administration, @Nullable PrivatePostgres server, boolean shared) {
        this.options = options;
        this.address = address;
        this.administration = administration;
        this.server = server;
        this.shared = shared;
    }

    /** Why there can be no node here, if so. */
    static Optional<String> missing() {
        return System.getenv(URL) != null || Programs.postgres().isPresent()
                ? Optional.empty()
                : Optional.of("no PostgreSQL: neither %s is set nor are its server programs installed".formatted(URL));
    }

    /** The node of the environment, {@code jdbc:postgresql://host:port/db?user=u&password=p}, else one of ours. */
    static PostgresNode startShared() {
        var given = System.getenv(URL);
        if (given == null) {
            return start(true, null);
        }
        var uri = URI.create(given.substring("jdbc:".length()));
        return new PostgresNode(
                "jdbc:postgresql://%s/".formatted(uri.getAuthority()),
                "",
                new Database(given, parameter(uri, "user"), parameter(uri, "password")),
                null,
                true);
    }

    /** Starts a node of the caller's own; the caller closes it. */
    public static PostgresNode startPrivate() {
        return start(false, null);
    }

    /** Starts a private node that lets nobody in without TLS. */
    public static PostgresNode startPrivate(TestAuthority tls) {
        return start(false, tls);
    }

    private static PostgresNode start(boolean shared, @Nullable TestAuthority tls) {
        var port = FreePort.next();
        var password = UUID.randomUUID().toString();
        var address = "jdbc:postgresql://127.0.0.1:%d/".formatted(port);
        try {
            var server = new PrivatePostgres(Files.createTempDirectory("serai-postgres-"), port, USER, password, tls);
            var options = tls == null ? "" : "?sslmode=verify-full&sslrootcert=" + tls.root();
            var node = new PostgresNode(
                    address, options, new Database(address + "postgres" + options, USER, password), server, shared);
            server.start();
            node.awaitLogin();
            return node;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes an empty database that nobody else uses; its user may do anything in it. */
    public Database newDatabase() {
        var name = "test_%d_%d".formatted(ProcessHandle.current().pid(), DATABASES.incrementAndGet());
        execute("CREATE DATABASE " + name);
        return new Database(address + name + options, administration.user(), administration.password());
    }

    /** Cuts all connections to the database, as a failover does; new ones are let in at once. */
    public void terminateConnections(Database database) {
        execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'"
                .formatted(nameOf(database)));
    }

    private String nameOf(Database database) {
        return database.jdbcUrl().substring(address.length()).replaceFirst("\\?.*", "");
    }

    /** The database may only be read from now on, and its connections are cut: as after a failover to a standby. */
    public void makeReadOnly(Database database) {
        execute("ALTER DATABASE %s SET default_transaction_read_only = on".formatted(nameOf(database)));
        terminateConnections(database);
    }

    /** New connections may write again; those that are open may still only read. */
    public void makeWritable(Database database) {
        execute("ALTER DATABASE %s RESET default_transaction_read_only".formatted(nameOf(database)));
    }

    /** Ends the node as a power cut would. */
    public void kill9() {
        own().kill9();
    }

    /** Ends the node in order; connections are cut. */
    public void stop() {
        own().stop();
    }

    /** Starts the node again on the same port with the same data; returns when it takes logins. */
    public void start() {
        own().start();
        awaitLogin();
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
    }

    private void awaitLogin() {
        try {
            await().atMost(START)
                    .pollInterval(Duration.ofMillis(100))
                    .failFast("the node has ended", () -> server != null && !server.isAlive())
                    .until(this::canLogin);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "starting PostgreSQL: no login at %s. Its output:%n%s"
                            .formatted(address, server == null ? "" : server.output()),
                    e);
        }
    }

    private boolean canLogin() {
        try {
            execute("SELECT 1");
            return true;
        } catch (IllegalStateException notYet) {
            return false;
        }
    }

    private void execute(String sql) {
        try (var connection = DriverManager.getConnection(
                        administration.jdbcUrl(), administration.user(), administration.password());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException("executing %s: %s".formatted(sql, e.getMessage()), e);
        }
    }

    private PrivatePostgres own() {
        if (shared || server == null) {
            throw new IllegalStateException("stopping the shared PostgreSQL: other tests use it, use startPrivate()");
        }
        return server;
    }

    private static String parameter(URI uri, String name) {
        for (var parameter : Optional.ofNullable(uri.getQuery()).orElse("").split("&", -1)) {
            if (parameter.startsWith(name + "=")) {
                return parameter.substring(name.length() + 1);
            }
        }
        throw new IllegalArgumentException("reading %s: it has no parameter %s".formatted(URL, name));
    }
}
