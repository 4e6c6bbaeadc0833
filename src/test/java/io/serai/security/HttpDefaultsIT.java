// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** HTTP/2 where it is enabled; compression, {@code Expect} and headers for other origins as they are by default. */
@SpringBootTest(
        classes = {HubUnderTest.class, HttpDefaultsIT.Bodies.class},
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.location=classpath:/application.yaml",
            "server.http2.enabled=true",
            "serai.security.allowed-origins=https://pages.test",
            "serai.security.content-types=application/json"
        })
class HttpDefaultsIT {

    private static final String LARGE = "x".repeat(10_000);

    @RestController
    static class Bodies {

        @GetMapping("/api/large")
        ResponseEntity<byte[]> large(@RequestParam String type) {
            return ResponseEntity.ok().header("Content-Type", type).body(LARGE.getBytes(StandardCharsets.UTF_8));
        }

        @PostMapping("/api/read")
        String read(@RequestBody String body) {
            return "read " + body;
        }
    }

    @LocalServerPort
    int port;

    private final HttpClient http2 =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();

    @Test
    void aClientThatAsksIsServedOverHttp2() throws Exception {
        var answer = get("/api/x");
        assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(get("/api/x", "Origin", "http://localhost:" + port).statusCode())
                .isEqualTo(200);
        assertThat(get("/api/x", "Origin", "https://evil.test").statusCode()).isEqualTo(403);
    }

    @Test
    void aClientThatKnowsIsServedOverHttp2AndItsAuthorityIsJudgedAsAHost() throws IOException {
        var wire = new Http2Wire(port);
        var own = "localhost:" + port;
        assertThat(wire.get(own, "/api/x", List.of())).isEqualTo("served");
        assertThat(wire.get(own, "/api/x", List.of("origin: http://" + own))).isEqualTo("served");
        assertThat(wire.get("[::1]:" + port, "/api/x", List.of("origin: http://[::1]:" + port)))
                .isEqualTo("served");
        assertThat(wire.get("evil.test", "/api/x", List.of())).contains("/problems/misdirected-request");
        assertThat(wire.get("localhost.evil.test:" + port, "/api/x", List.of()))
                .contains("/problems/misdirected-request");
        assertThat(wire.get(own, "/api/x", List.of("origin: http://localhost:1")))
                .contains("/problems/foreign-origin");
        assertThat(wire.get(own, "/api/x", List.of("origin: http://evil.test"))).contains("/problems/foreign-origin");
        assertThat(wire.get("evil.test", "/api/x", List.of("origin: http://evil.test")))
                .contains("/problems/misdirected-request");
    }

    @ParameterizedTest
    @CsvSource({
        "application/json, gzip",
        "application/problem+json, gzip",
        "application/cloudevents+json, gzip",
        "text/plain, gzip",
        "text/event-stream, ",
        "image/png, ",
        "application/gzip, "
    })
    void textIsCompressedForClientsThatTakeItAndStreamsAreNot(String type, String encoding) throws Exception {
        var path = "/api/large?type=" + type.replace("+", "%2B");
        assertThat(get(path, "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
                .isEqualTo(java.util.Optional.ofNullable(encoding));
        assertThat(get(path).headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void aSmallAnswerIsNotCompressed() throws Exception {
        assertThat(get("/api/x", "Accept-Encoding", "gzip").headers().firstValue("Content-Encoding"))
                .isEmpty();
    }

    @Test
    void aBodyThatIsRefusedUnreadIsNotAskedFor() {
        var expecting = "POST /api/read HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n"
                + "Expect: 100-continue\r\nContent-Type: ";
        var wire = new Wire(port);
        assertThat(wire.raw(expecting + "text/plain\r\n\r\n").status()).isEqualTo(415);
        assertThat(wire.raw(expecting + "application/json\r\nOrigin: https://evil.test\r\n\r\n")
                        .status())
                .isEqualTo(403);
        var taken = wire.raw(expecting + "application/json\r\n\r\n42");
        assertThat(taken.status()).isEqualTo(100);
        assertThat(taken.body()).contains("HTTP/1.1 200").endsWith("read 42");
    }

    @Test
    void pagesOfAllowedOriginsReadTheHeadersThatTheHubAnswersBy() {
        var answer = new Wire(port).get("/api/x", "Origin: https://pages.test");
        assertThat(answer.head())
                .contains("Access-Control-Expose-Headers: ")
                .contains("ETag", "Idempotent-Replayed", "Location", "Retry-After", "traceparent");
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http2.send(request.build(), BodyHandlers.ofByteArray());
    }
}
