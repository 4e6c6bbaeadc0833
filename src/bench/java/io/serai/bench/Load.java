// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * Posts orders of 1 KiB over a number of connections, each waiting for its answer before the next, for a number of seconds
 * and at most two million in all: by wrk where it is installed, else by itself.
 */
record Load(int port, int connections, int seconds, String prefix) {

    private static final int MOST = 2_000_000;
    private static final int SIZE = 1024;

    /**
     * What came of it.
     *
     * @param accepted answers 202
     * @param other any other answer, or none
     */
    record Result(String by, long accepted, long other, double seconds, double p50Millis, double p99Millis) {

        double perSecond() {
            return accepted / seconds;
        }
    }

    Result run(Path script) throws Exception {
        var own = "own".equals(System.getenv("BENCH_LOAD"));
        return isWrkInstalled() && !own ? byWrk(script) : byItself();
    }

    private static boolean isWrkInstalled() {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "wrk")));
    }

    private Result byWrk(Path script) throws IOException, InterruptedException {
        var command = new ProcessBuilder(
                "wrk",
                "-t2",
                "-c" + connections,
                "-d" + seconds + "s",
                "--timeout",
                "10s",
                "-s",
                script.toString(),
                "http://127.0.0.1:" + port + "/orders");
        command.environment().put("PREFIX", prefix);
        var process = command.redirectErrorStream(true).start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        var line = output.lines()
                .filter(each -> each.startsWith("result "))
                .findFirst()
                .orElseThrow(() -> new IOException("wrk failed: " + output));
        var fields = line.split(" ");
        var wrong = Long.parseLong(fields[3]);
        return new Result(
                "wrk",
                Long.parseLong(fields[1]) - wrong,
                wrong + Long.parseLong(fields[4]),
                Double.parseDouble(fields[2]) / 1e6,
                Double.parseDouble(fields[5]) / 1e3,
                Double.parseDouble(fields[6]) / 1e3);
    }

    private Result byItself() throws InterruptedException, ExecutionException {
        var clients = Executors.newFixedThreadPool(connections);
        try {
            var start = System.nanoTime();
            var end = start + seconds * 1_000_000_000L;
            var all = new ArrayList<Callable<Client>>();
            for (int i = 0; i < connections; i++) {
                var client = new Client(port, prefix + "-" + i + "-", MOST / connections, end);
                all.add(() -> client.post());
            }
            var done = new ArrayList<Client>();
            for (var each : clients.invokeAll(all)) {
                done.add(each.get());
            }
            var took = (System.nanoTime() - start) / 1e9;
            var times = done.stream()
                    .flatMapToLong(each -> Arrays.stream(each.nanos, 0, each.answered))
                    .sorted()
                    .toArray();
            return new Result(
                    "own",
                    done.stream().mapToLong(each -> each.accepted).sum(),
                    done.stream().mapToLong(each -> each.other).sum(),
                    took,
                    quantile(times, 0.5),
                    quantile(times, 0.99));
        } finally {
            clients.shutdownNow();
        }
    }

    private static double quantile(long[] sorted, double part) {
        return sorted.length == 0 ? 0 : sorted[(int) (part * (sorted.length - 1))] / 1e6;
    }

    /** An order of 1 KiB. */
    static String order(String id) {
        var head = "{\"id\":\"" + id
                + "\",\"customer\":\"Bazaar & Sons\",\"amount\":74.5,\"items\":[{\"sku\":\"TEA-1\",\"qty\":3},"
                + "{\"sku\":\"RUG-7\",\"qty\":1}],\"note\":\"";
        return head + "n".repeat(SIZE - head.length() - 2) + "\"}";
    }

    /** One connection. */
    private static final class Client {

        private final int port;
        private final String prefix;
        private final int most;
        private final long end;
        private final long[] nanos;
        private int answered;
        private long accepted;
        private long other;
        private boolean closing;

        Client(int port, String prefix, int most, long end) {
            this.port = port;
            this.prefix = prefix;
            this.most = most;
            this.end = end;
            this.nanos = new long[most];
        }

        Client post() {
            while (answered < most && System.nanoTime() < end) {
                try (var socket = new Socket("127.0.0.1", port)) {
                    socket.setTcpNoDelay(true);
                    socket.setSoTimeout(10_000);
                    postOver(socket);
                } catch (IOException lost) {
                    other++;
                }
            }
            return this;
        }

        private void postOver(Socket socket) throws IOException {
            var in = new BufferedInputStream(socket.getInputStream());
            var out = socket.getOutputStream();
            closing = false;
            while (!closing && answered < most && System.nanoTime() < end) {
                var body = order(prefix + answered);
                var request =
                        "POST /orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                                + body.length() + "\r\n\r\n" + body;
                var sent = System.nanoTime();
                out.write(request.getBytes(StandardCharsets.ISO_8859_1));
                if (status(in) == 202) {
                    accepted++;
                } else {
                    other++;
                }
                nanos[answered++] = System.nanoTime() - sent;
            }
        }

        /** Reads one answer whole. */
        private int status(InputStream in) throws IOException {
            var status =
                    Integer.parseInt(line(in).substring("HTTP/1.1 ".length()).substring(0, 3));
            int length = 0;
            var chunked = false;
            for (var header = line(in).toLowerCase(Locale.ROOT); !header.isEmpty(); ) {
                if (header.startsWith("content-length:")) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
                // after so many requests a server may want another connection
                closing |= header.equals("connection: close");
                chunked |= header.equals("transfer-encoding: chunked");
                header = line(in).toLowerCase(Locale.ROOT);
            }
            if (chunked) {
                do {
                    length = Integer.parseInt(line(in), 16);
                    in.readNBytes(length);
                    line(in);
                } while (length > 0);
            } else {
                in.readNBytes(length);
            }
            return status;
        }

        private static String line(InputStream in) throws IOException {
            var line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new IOException("connection closed");
                }
                if (c != '\r') {
                    line.append((char) c);
                }
            }
            return line.toString();
        }
    }
}
