// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs the hub and the peer by hand in turn, so many rounds, and says how they compare. Started by {@code run.sh}. */
public final class Bench {

    /** What {@code run.sh} found and started. */
    record Settings(
            Path home,
            Path hub,
            Path output,
            String amqp,
            String address,
            String user,
            String password,
            List<ProcessHandle> servers) {

        String name() {
            return "bench";
        }

        String database() {
            return address + name();
        }

        Path routes() {
            return home.resolve("routes");
        }
    }

    private static final int CONNECTIONS = number("BENCH_CONNECTIONS", 64, 1, 512);
    private static final int SECONDS = number("BENCH_SECONDS", 20, 1, 120);
    private static final int WARM_UP = number("BENCH_WARM_UP", 60, 5, 600);
    private static final int WARM_UP_PART = 5;
    private static final int WARM = 50_000;

    private final Settings settings;
    private final Table table;

    private Bench(Settings settings) {
        this.settings = settings;
        this.table = new Table(settings);
    }

    /** Arguments: rounds, folder of the bench, folder of the hub, of the output, AMQP and JDBC address, user, pids; password in BENCH_PASSWORD. */
    public static void main(String[] arguments) throws Exception {
        var servers = new ArrayList<ProcessHandle>();
        for (int i = 7; i < arguments.length; i++) {
            servers.add(ProcessHandle.of(Long.parseLong(arguments[i])).orElseThrow());
        }
        var settings = new Settings(
                Path.of(arguments[1]),
                Path.of(arguments[2]),
                Path.of(arguments[3]),
                arguments[4],
                arguments[5],
                arguments[6],
                System.getenv("BENCH_PASSWORD"),
                servers);
        new Bench(settings).run(Integer.parseInt(arguments[0]));
    }

    private void run(int rounds) throws Exception {
        var results = settings.output().resolve("results.jsonl");
        Files.deleteIfExists(results);
        var runs = new ArrayList<Run>();
        for (int round = 1; round <= rounds; round++) {
            for (var name : round % 2 == 1 ? List.of("hub", "raw") : List.of("raw", "hub")) {
                var run = run(name, round);
                runs.add(run);
                var line = new ObjectMapper().writeValueAsString(run);
                System.out.println(line);
                Files.writeString(results, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            }
        }
        System.out.println(new Report(runs));
        if (runs.stream().anyMatch(run -> run.lost() > 0)) {
            throw new IllegalStateException("orders were accepted and not stored");
        }
    }

    private Run run(String name, int round) throws Exception {
        table.newDatabase();
        var port = freePort();
        var prefix = name + round;
        try (var peer = name.equals("hub") ? Peer.hub(settings, port) : Peer.raw(settings, port)) {
            peer.awaitAnswer();
            table.create(settings.home().resolve("orders.sql"));
            peer.awaitAccepted(Load.order(prefix + "-probe"));
            warmUp(port, prefix + "-warm");

            var before = Usage.now(peer.handle(), settings.servers());
            var load = load(port, SECONDS, prefix + "-run");
            var after = Usage.now(peer.handle(), settings.servers());
            var rows = table.await(prefix + "-run", load.accepted());
            var drained = Usage.now(peer.handle(), settings.servers());
            return Run.of(name, round, load, rows, before, after, drained);
        }
    }

    /** A JVM compiles what it has run often: by count, or a busy machine would measure the compiler. */
    private void warmUp(int port, String prefix) throws Exception {
        long accepted = 0;
        var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP);
        for (int part = 1; accepted < WARM && System.nanoTime() < end; part++) {
            accepted += load(port, WARM_UP_PART, prefix + part).accepted();
        }
        table.await(prefix, accepted);
        TimeUnit.SECONDS.sleep(1);
    }

    private Load.Result load(int port, int seconds, String prefix) throws Exception {
        return new Load(port, CONNECTIONS, seconds, prefix).run(settings.home().resolve("post.lua"));
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static int number(String variable, int otherwise, int least, int most) {
        var value = Integer.parseInt(System.getenv().getOrDefault(variable, Integer.toString(otherwise)));
        if (value < least || value > most) {
            throw new IllegalArgumentException(variable + " must be " + least + " to " + most);
        }
        return value;
    }
}
