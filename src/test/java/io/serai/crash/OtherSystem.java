// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToIntFunction;

/**
 * The system that the subscribers tell of their events, in the test's own process: it outlives what the test kills. Notes
 * each call before it answers.
 */
final class OtherSystem implements AutoCloseable {

    static final int TAKEN = 204;
    static final int BROKEN = 500;

    /**
     * A subscriber's call.
     *
     * @param id of the event
     * @param subject of the event, where the subscriber tells it, else empty
     * @param at {@link System#nanoTime()} of its arrival
     */
    record Call(String subscription, String id, String subject, long at) {}

    /** What came of the calls of one subscription. */
    static final class Heard {

        private final Queue<Call> taken = new ConcurrentLinkedQueue<>();
        private final Queue<Call> refused = new ConcurrentLinkedQueue<>();
        private final Set<String> ids = ConcurrentHashMap.newKeySet();

        /** In the order of their answers. */
        List<Call> taken() {
            return List.copyOf(taken);
        }

        List<Call> refused() {
            return List.copyOf(refused);
        }

        /** Of the events that were taken, each once; live. */
        Set<String> ids() {
            return ids;
        }

        long duplicates() {
            return (long) taken.size() - ids.size();
        }
    }

    private final Map<String, Heard> heard = new ConcurrentHashMap<>();
    private final Queue<Call> calls = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private volatile ToIntFunction<Call> rule = call -> TAKEN;

    OtherSystem() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Decides on each call with which status it is answered; may block. */
    void answerBy(ToIntFunction<Call> decision) {
        rule = decision;
    }

    Heard heardBy(String subscription) {
        return heard.computeIfAbsent(subscription, name -> new Heard());
    }

    /** All calls, answered or not. */
    List<Call> calls(String subscription) {
        return calls.stream()
                .filter(call -> call.subscription().equals(subscription))
                .toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            var headers = exchange.getRequestHeaders();
            var call = new Call(
                    exchange.getRequestURI().getPath().substring(1),
                    String.valueOf(headers.getFirst("Idempotency-Key")),
                    headers.getFirst("subject") == null ? "" : headers.getFirst("subject"),
                    System.nanoTime());
            calls.add(call);
            int status = rule.applyAsInt(call);
            var of = heardBy(call.subscription());
            if (status == TAKEN) {
                of.taken.add(call);
                of.ids.add(call.id());
            } else {
                of.refused.add(call);
            }
            exchange.sendResponseHeaders(status, -1);
        }
    }
}
