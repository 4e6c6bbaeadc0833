// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A whole hub in a process of its own, which a test may kill and start again.
 *
 * <p>Runs in a working folder of the test's choice, on a free port that stays the same over restarts, and ends with this
 * JVM. {@code HubProcess.in(folder).with("serai.x", "y").start()}.
 */
public final class HubProcess implements AutoCloseable {

    /** A busy machine needs longer. */
    private static final Duration START = Duration.ofSeconds(Integer.getInteger("serai.test.start-seconds", 90));

    private static final int ATTEMPTS = 3;

    private HttpClient http = HttpClient.newHttpClient();
    private String scheme = "http";
    private final Path folder;
    private final ServerProcess process;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private final Map<String, String> environment = new LinkedHashMap<>();
    /** It lives for seconds: what is compiled only a little, and cleaned up by one thread, starts with 18 s of processor time instead of 42. */
    private final List<String> jvmFlags =
            new ArrayList<>(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));

    private List<String> command = List.of();
    private int port;

    private HubProcess(Path folder) {
        this.folder = folder;
        try {
            this.process = new ServerProcess(Files.createTempDirectory("serai-hub-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A hub of this build's classes with that working folder, not yet started. */
    public static HubProcess in(Path folder) {
        return new HubProcess(folder);
    }

    /** Sets a property for the next start, as {@code --name=value}. */
    public HubProcess with(String property, Object value) {
        properties.put(property, value.toString());
        return this;
    }

    public HubProcess with(Map<String, String> more) {
        properties.putAll(more);
        return this;
    }

    public HubProcess env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Adds JVM flags, which override those that are there: {@code -Xmx512m}, and what makes a start cheap. */
    public HubProcess jvm(String... flags) {
        jvmFlags.addAll(Arrays.asList(flags));
        return this;
    }

    /** Serves HTTPS with the authority's certificate. */
    public HubProcess tls(TestAuthority authority) {
        scheme = "https";
        http = HttpClient.newBuilder().sslContext(authority.trusting()).build();
        return with(
                        "spring.ssl.bundle.pem.hub.keystore.certificate",
                        authority.certificate().toUri())
                .with(
                        "spring.ssl.bundle.pem.hub.keystore.private-key",
                        authority.key().toUri())
                .with("server.ssl.bundle", "hub");
    }

    /** Starts by this command, say {@code target/serai/bin/serai}, instead of this build's classes. Its pid must be the hub's. */
    public HubProcess by(String... words) {
        command = List.of(words);
        return this;
    }

    /** Starts the hub, for the first time or again; returns when it answers HTTP (health may say that parts are down). */
    public HubProcess start() {
        for (var attempt = 1; ; attempt++) {
            if (port == 0) {
                port = FreePort.next();
            }
            launch();
            try {
                awaitStatus("/actuator/health", 599);
                return this;
            } catch (IllegalStateException e) {
                var portTaken = !process.isAlive() && process.output().contains("already in use");
                process.kill9();
                if (!portTaken || attempt == ATTEMPTS) {
                    throw e;
                }
                port = 0;
            }
        }
    }

    /** Starts the hub and returns at once. */
    public HubProcess launch() {
        if (port == 0) {
            port = FreePort.next();
        }
        var words = new ArrayList<>(command.isEmpty() ? ownClasses() : command);
        words.add("--server.port=" + port);
        properties.forEach((name, value) -> words.add("--%s=%s".formatted(name, value)));
        var program = new ProcessBuilder(words).directory(folder.toFile());
        // Surefire's settings for this JVM are not the hub's.
        program.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS"));
        program.environment().putAll(environment);
        process.start(program);
        return this;
    }

    /** Returns when the hub says that it is ready for work, its parts and its broker included. */
    public HubProcess awaitReady() {
        awaitStatus("/actuator/health/readiness", 299);
        awaitStatus("/actuator/health/broker", 299);
        return this;
    }

    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    /** {@code http://127.0.0.1:port}, or https, + path. */
    public URI uri(String path) {
        return URI.create("%s://127.0.0.1:%d%s".formatted(scheme, port, path));
    }

    /** All that the hub printed, earlier starts included. */
    public String output() {
        return process.output();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the hub as a power cut would. */
    public void kill9() {
        process.kill9();
    }

    /** Ends the hub in order (SIGTERM). */
    public void stop() {
        process.stop();
    }

    @Override
    public void close() {
        process.close();
    }

    /** How to start a hub of other classes on the libraries of this build, for {@link #by}. */
    public String[] commandOf(Path classes) {
        return java(classes + File.pathSeparator + classPath("classes")).toArray(String[]::new);
    }

    private List<String> ownClasses() {
        return java(classPath("test-classes"));
    }

    private static String classPath(String without) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith(without) && !entry.endsWith(without + "/"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private List<String> java(String classPath) {
        var words = new ArrayList<String>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(jvmFlags);
        words.addAll(List.of("-cp", classPath, "io.serai.Serai"));
        return words;
    }

    private void awaitStatus(String path, int worst) {
        try {
            await().atMost(START)
                    .pollInterval(Duration.ofMillis(100))
                    .failFast("the hub has ended", () -> !process.isAlive())
                    .until(() -> status(path) <= worst);
        } catch (RuntimeException e) {
            throw new IllegalStateException(
                    "waiting for the hub on port %d: no good answer to %s. Its output:%n%s"
                            .formatted(port, path, output()),
                    e);
        }
    }

    private int status(String path) throws InterruptedException {
        var request =
                HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(5)).build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return Integer.MAX_VALUE;
        }
    }
}
