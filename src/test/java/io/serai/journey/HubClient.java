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
import java.util.Collections;
import java.util.List;

/** Talks to a hub as curl would. */
public final class HubClient {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final HubProcess hub;

    public HubClient(HubProcess hub) {
        this.hub = hub;
    }

    public HttpResponse<String> get(String path) throws IOException {
        return send("GET", path, "");
    }

    /** Sends with a JSON content type; headers as name, value, name, value. */
    public HttpResponse<String> send(String method, String path, String body, String... headers) throws IOException {
        return send(method, path, BodyPublishers.ofString(body), headers);
    }

    public HttpResponse<String> send(String method, String path, byte[] body, String... headers) throws IOException {
        return send(method, path, BodyPublishers.ofByteArray(body), headers);
    }

    /** The events of the log, oldest first. */
    public List<JsonNode> events(String query) throws IOException {
        return items("/api/events?" + query);
    }

    /**
     * All pages of a list, the last item of the last page first.
     *
     * @param path with a {@code ?}
     * @throws IOException also where the hub does not answer 200
     */
    public List<JsonNode> items(String path) throws IOException {
        var items = new ArrayList<JsonNode>();
        var cursor = "";
        do {
            var answer = get(path + "&limit=500" + cursor);
            if (answer.statusCode() != 200) {
                throw new IOException(path + " answered " + answer.statusCode() + " " + answer.body());
            }
            var page = json(answer);
            page.path("items").forEach(items::add);
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + page.path("next").asText()
                    : "";
        } while (!cursor.isEmpty());
        Collections.reverse(items);
        return items;
    }

    public static JsonNode json(HttpResponse<String> response) {
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
