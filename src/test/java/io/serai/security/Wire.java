// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Sends requests as text, since HTTP clients neither set {@code Host} nor send what is malformed. */
record Wire(int port) {

    static String login(String name, String password) {
        var credentials = (name + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(credentials);
    }

    Answer get(String path, String... headers) {
        return send("GET", path, "", withHost(headers));
    }

    Answer postJson(String path, String... headers) {
        var all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: application/json";
        return send("POST", path, "{}", withHost(all));
    }

    Answer send(String method, String path, String body, String... headers) {
        var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\nConnection: close\r\n");
        for (var header : headers) {
            text.append(header).append("\r\n");
        }
        if (!body.isEmpty()) {
            text.append("Content-Length: ").append(body.length()).append("\r\n");
        }
        return raw(text.append("\r\n").append(body).toString());
    }

    Answer raw(String request) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            socket.getOutputStream().flush();
            var all = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(all);
            } catch (SocketException e) {
                // Tomcat closes with unread input; what it said before is what counts
                if (all.size() == 0) {
                    throw e;
                }
            }
            return Answer.of(all.toString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String host() {
        return "Host: localhost:" + port;
    }

    private String[] withHost(String[] headers) {
        var all = new String[headers.length + 1];
        all[0] = host();
        System.arraycopy(headers, 0, all, 1, headers.length);
        return all;
    }

    /** Head with header names as sent, and the rest. */
    record Answer(int status, String head, String body) {

        static Answer of(String text) {
            var end = text.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
        }

        boolean isProblem(String type) {
            return head.contains("application/problem+json")
                    && body.contains("\"type\":\"/problems/" + type + "\"")
                    && body.contains("\"traceId\":");
        }
    }
}
