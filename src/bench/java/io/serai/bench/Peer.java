// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A program that does the job, in a process of its own with a heap of 512 MB. */
final class Peer implements AutoCloseable {

    private static final long START_NANOS = TimeUnit.SECONDS.toNanos(90);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String name;
    private final int port;
    private final Path log;
    private final Process process;

    private Peer(String name, int port, Path folder, Map<String, String> environment, List<String> command)
            throws IOException {
        this.name = name;
        this.port = port;
        this.log = folder.resolve(name + ".log");
        // the hub takes routes/ and config/ of the folder it is started in, so that is an empty one
        var empty = Files.createDirectories(folder.resolve("work"));
        var program = new ProcessBuilder(pinned(command)).directory(empty.toFile());
        program.environment().putAll(environment);
        this.process = program.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        // it must not outlive a driver that is interrupted
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /** The hub as its users start it, with the routes of this folder and the production profile. */
    static Peer hub(Bench.Settings settings, int port) throws IOException {
        var amqp = URI.create(settings.amqp());
        return new Peer(
                "hub",
                port,
                settings.output(),
                Map.of(
                        "SPRING_PROFILES_ACTIVE", "production",
                        "SERAI_ADDRESS", "127.0.0.1",
                        "SERAI_PORT", Integer.toString(port),
                        "SERAI_RABBITMQ_ADDRESSES", amqp.getHost() + ":" + amqp.getPort(),
                        "SERAI_RABBITMQ_USERNAME", settings.user(),
                        "SERAI_RABBITMQ_PASSWORD", settings.password(),
                        "SERAI_DATABASE_URL", settings.database(),
                        "SERAI_DATABASE_USERNAME", settings.user(),
                        "SERAI_DATABASE_PASSWORD", settings.password(),
                        "JAVA_OPTS", "-Xmx512m " + System.getenv().getOrDefault("BENCH_HUB_JAVA_OPTS", "")),
                List.of(
                        settings.hub().resolve("bin/serai").toString(),
                        "--serai.routes.directory=" + settings.routes(),
                        // no login, as the other peer has none
                        "--serai.security.users="));
    }

    static Peer raw(Bench.Settings settings, int port) throws IOException {
        return new Peer(
                "raw",
                port,
                settings.output(),
                Map.of("BENCH_PASSWORD", settings.password()),
                List.of(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        RawPeer.class.getName(),
                        Integer.toString(port),
                        settings.amqp(),
                        settings.database(),
                        settings.user()));
    }

    /** {@code BENCH_PEER_CPUS=0,1} keeps peers on these processors, where {@code taskset} is. */
    private static List<String> pinned(List<String> command) {
        var processors = System.getenv("BENCH_PEER_CPUS");
        if (processors == null) {
            return command;
        }
        var words = new ArrayList<>(List.of("taskset", "-c", processors));
        words.addAll(command);
        return words;
    }

    String name() {
        return name;
    }

    int port() {
        return port;
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    /** Waits until it answers HTTP, whatever it says. */
    void awaitAnswer() throws IOException, InterruptedException {
        await("{}", 1, 599);
    }

    /** Waits until it accepts this order. */
    void awaitAccepted(String order) throws IOException, InterruptedException {
        await(order, 202, 202);
    }

    private void await(String body, int from, int to) throws IOException, InterruptedException {
        var deadline = System.nanoTime() + START_NANOS;
        for (var status = post(body); status < from || status > to; status = post(body)) {
            pauseOrFail(deadline);
        }
    }

    private void pauseOrFail(long deadline) throws IOException, InterruptedException {
        if (!process.isAlive() || System.nanoTime() - deadline > 0) {
            throw new IOException("starting " + name + " failed; see " + log);
        }
        TimeUnit.MILLISECONDS.sleep(100);
    }

    private int post(String body) throws InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException notYet) {
            return 0;
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }
}
