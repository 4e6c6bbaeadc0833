// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.awaitility.Awaitility.await;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.Severity;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.camel.CamelContext;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** A hub whose routes a test edits while it runs. */
final class EditedHub implements AutoCloseable {

    static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private static final Duration LONG = Duration.ofSeconds(30);

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path routes;
    private final Path data;
    private final Map<String, String> servers;
    private final String[] more;
    private ConfigurableApplicationContext hub;

    private EditedHub(Path folder, Map<String, String> servers, String... more) {
        this.routes = folder.resolve("routes");
        this.data = folder.resolve("data");
        this.servers = servers;
        this.more = more;
        this.hub = launch();
    }

    /** Starts with no routes, embedded where no servers are given. */
    static EditedHub start(Path folder, Map<String, String> servers, String... more) throws IOException {
        Files.createDirectories(folder.resolve("routes"));
        return new EditedHub(folder, servers, more);
    }

    /** A file of one route that answers requests to its path. */
    static String route(String id, String path, String answer) {
        return """
                - route:
                    id: %s
                    from:
                      uri: platform-http:%s
                      steps:
                        - setBody:
                            constant: %s
                """.formatted(id, path, answer);
    }

    /** Likewise, at a path of its name. */
    static String answering(String id, String answer) {
        return route(id, "/t/" + id, answer);
    }

    /** Again, after it was stopped. */
    void start() {
        hub = launch();
    }

    private ConfigurableApplicationContext launch() {
        var properties = new ArrayList<>(List.of(
                "--server.port=0",
                "--serai.embedded.data=" + data,
                "--serai.routes.directory=" + routes,
                "--serai.routes.poll-interval=" + POLL_INTERVAL.toMillis() + "ms"));
        properties.addAll(List.of(more));
        servers.forEach((name, value) -> properties.add("--" + name + "=" + value));
        return HubInside.start(properties);
    }

    void stop() {
        hub.close();
    }

    @Override
    public void close() {
        hub.close();
    }

    <T> T bean(Class<T> type) {
        return hub.getBean(type);
    }

    /** Returns when events flow. */
    void awaitReading() {
        HubInside.awaitReading(hub, LONG);
    }

    /** Adds a bean that routes may use. */
    void register(String name, Object bean) {
        hub.getBeanFactory().registerSingleton(name, bean);
    }

    CamelContext camel() {
        return hub.getBean(CamelContext.class);
    }

    Reloader reloader() {
        return hub.getBean(Reloader.class);
    }

    Path file(String path) {
        return routes.resolve(path);
    }

    /** Writes as a plain program does: truncates first. */
    EditedHub write(String path, String text) {
        try {
            Files.createDirectories(routes.resolve(path).getParent());
            Files.writeString(routes.resolve(path), text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    EditedHub delete(String path) {
        try {
            Files.delete(routes.resolve(path));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns when the content of the file as it is on the disk runs. */
    EditedHub awaitLive(String... paths) {
        for (var path : paths) {
            await("live: " + path).atMost(LONG).until(() -> {
                var running = reloader().files().get(path);
                return Files.exists(file(path))
                        ? running != null && Files.readString(file(path)).equals(text(running.content()))
                        : running == null;
            });
        }
        return this;
    }

    /** Returns the errors of the file as it is on the disk, as soon as the hub says so. */
    List<Finding> awaitRefused(String path) {
        await("refused: " + path).atMost(LONG).until(() -> {
            var refused = reloader().refused().get(path);
            return refused != null
                    && refused.file().map(file -> text(file.content())).equals(onDisk(path));
        });
        return Objects.requireNonNull(reloader().refused().get(path)).findings().stream()
                .filter(finding -> finding.severity() == Severity.ERROR)
                .toList();
    }

    /** From the save to when the hub knew that the file is bad; both by the hub's machine, however busy this test is. */
    Duration timeToRefuse(String path) {
        try {
            var saved = Files.getLastModifiedTime(file(path)).toInstant();
            return Duration.between(
                    saved,
                    Objects.requireNonNull(reloader().refused().get(path)).at());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> onDisk(String path) throws IOException {
        return Files.exists(file(path)) ? Optional.of(Files.readString(file(path))) : Optional.empty();
    }

    private static String text(byte[] content) {
        return new String(content, StandardCharsets.UTF_8);
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:"
                + ((ServletWebServerApplicationContext) hub).getWebServer().getPort() + path);
    }

    HttpResponse<String> get(String path) {
        return send("GET", path, "");
    }

    HttpResponse<String> send(String method, String path, String body, String... headers) {
        var request = HttpRequest.newBuilder(uri(path))
                .timeout(LONG)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
