// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Talks to a hub as curl would. */
final class HubClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final HubProcess hub;

    HubClient(HubProcess hub) {
        this.hub = hub;
    }

    HttpResponse<String> get(String path) throws IOException {
        return send("GET", path, "");
    }

    /** Sends with a JSON content type; headers as name, value, name, value. */
    HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException {
        return send(method, path, BodyPublishers.ofString(body), headers);
    }

    HttpResponse<String> send(String method, String path, byte[] body, String... headers) throws IOException {
        return send(method, path, BodyPublishers.ofByteArray(body), headers);
    }

    /** The events of the log, oldest first. */
    List<JsonNode> events(String query) throws IOException {
        var events = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var page = json(get("/api/events?limit=500&" + query + cursor));
            page.path("items").forEach(event -> events.add(0, event));
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + page.path("next").asText()
                    : "";
        } while (!cursor.isEmpty());
        return events;
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
    }

    private HttpResponse<String> send(String method, String path, HttpRequest.BodyPublisher body, String... headers)
            throws IOException {
        var request = HttpRequest.newBuilder(hub.uri(path))
                .timeout(Duration.ofSeconds(20))
                .method(method, body)
                .setHeader("Content-Type", "application/json");
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofString());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stopped);
        }
    }
}
