// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Another system that answers {@code /STATUS} with that status, and {@code /STATUS?after=SECONDS} with {@code Retry-After}. */
final class RefusingPartner implements AutoCloseable {

    private final HttpServer server;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();

    RefusingPartner() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", call -> {
            var uri = call.getRequestURI();
            calls.computeIfAbsent(uri.getPath(), path -> new AtomicInteger()).incrementAndGet();
            if (uri.getQuery() != null) {
                call.getResponseHeaders().add("Retry-After", uri.getQuery().replace("after=", ""));
            }
            var status = uri.getPath().substring(1);
            var answer = ("{\"refused\":\"" + status + "\"}").getBytes(StandardCharsets.UTF_8);
            call.getResponseHeaders().add("Content-Type", "application/json");
            call.sendResponseHeaders(Integer.parseInt(status), answer.length);
            call.getResponseBody().write(answer);
            call.close();
        });
        server.start();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    int calls(String path) {
        return calls.getOrDefault(path, new AtomicInteger()).get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
