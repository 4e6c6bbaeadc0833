// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static io.serai.gateway.Client.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.core.message.MessageWriter;
import io.cloudevents.http.HttpMessageFactory;
import io.cloudevents.jackson.JsonFormat;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Event;
import io.serai.message.Unavailable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(
        classes = GatewayApp.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "serai.gateway.max-body-size=64KB",
            "serai.gateway.max-batch=300",
            "serai.gateway.answer-timeout=1s",
            "camel.main.routes-include-pattern=false"
        })
class EventsIT {

    private static final String JSON = "application/json";
    private static final String EVENT = "application/cloudevents+json";
    private static final String BATCH = "application/cloudevents-batch+json";

    @Autowired
    private GatewayApp.Broker broker;

    @Autowired
    private MeterRegistry meters;

    private final Client client;

    EventsIT(@LocalServerPort int port) {
        client = new Client(port);
        this.port = port;
    }

    private final int port;

    @BeforeEach
    void emptyBroker() {
        broker.reset();
    }

    @Test
    void jsonBecomesAnEventWithANewId() throws Exception {
        var body = "{ \"b\":1,\"b\":1e400, \"s\":\"\\u0000\\ud800\" }";
        var response = client.post(
                "/api/events/order.placed?subject=42%20%C3%A4&correlationid=c1", body, "Content-Type", JSON);
        assertThat(response.statusCode()).isEqualTo(202);
        var event = published();
        assertThat(event.data()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
        assertThat(event.type().name()).isEqualTo("order.placed");
        assertThat(event.subject()).isEqualTo("42 ä");
        assertThat(event.correlationId()).isEqualTo("c1");
        assertThat(JsonPath.<String>read(response.body(), "$.id")).isEqualTo(event.id());
        assertThat(response.headers().firstValue("Location"))
                .contains("/api/events/" + event.id() + "?source=%2Fserai%2Fgateway");
        assertThat(meters.counter("serai.gateway.requests", "mode", "json", "outcome", "accepted")
                        .count())
                .isPositive();
    }

    @Test
    void eventSaysWhoHasPublishedIt() throws Exception {
        client.post("/api/events/t", "1", "Content-Type", JSON, "X-Test-User", "warehouse");
        assertThat(published().extensions()).containsEntry("authtype", "user").containsEntry("authid", "warehouse");
    }

    @Test
    void callerCannotSayWhoItIs() throws Exception {
        var forged = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\","
                + "\"authtype\":\"system\",\"authid\":\"admin\",\"authclaims\":\"all\"}";
        assertThat(client.post("/api/events", forged, "Content-Type", EVENT).statusCode())
                .isEqualTo(202);
        assertThat(published().extensions()).isEqualTo(Map.of("authtype", "unauthenticated"));
        broker.reset();
        assertThat(client.post("/api/events", "[" + forged + "]", "Content-Type", BATCH, "X-Test-User", "warehouse")
                        .statusCode())
                .isEqualTo(202);
        assertThat(published().extensions()).isEqualTo(Map.of("authtype", "user", "authid", "warehouse"));
        broker.reset();
        client.post(
                "/api/events",
                "1",
                "Content-Type",
                JSON,
                "ce-specversion",
                "1.0",
                "ce-id",
                "1",
                "ce-source",
                "/t",
                "ce-type",
                "t",
                "ce-authid",
                "admin",
                "ce-authtype",
                "system");
        assertThat(published().extensions()).isEqualTo(Map.of("authtype", "unauthenticated"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/serai",
                "/serai/insert-user",
                "/serai/gateway",
                "/serai/",
                "/x/../serai/insert-user",
                "/%73erai/insert-user",
                "/serai?x=1",
                "serai/insert-user",
                "/SERAI/insert-user"
            })
    void sourceOfTheHubIsReserved(String source) throws Exception {
        var response = client.post("/api/events", event("1", source, "user.updated"), "Content-Type", EVENT);
        assertProblem(response, 403, "reserved");
        assertThat(JsonPath.<String>read(response.body(), "$.errors[0].name")).isEqualTo("source");
        assertThat(broker.events).isEmpty();
    }

    @Test
    void reservedTypeIsRefusedHoweverItIsPublished() throws Exception {
        assertProblem(client.post("/api/events/system.heartbeat", "1", "Content-Type", JSON), 403, "reserved");
        assertProblem(client.post("/api/events", event("1", "/t", "system"), "Content-Type", EVENT), 403, "reserved");
        assertProblem(
                client.post(
                        "/api/events",
                        "1",
                        "Content-Type",
                        JSON,
                        "ce-specversion",
                        "1.0",
                        "ce-id",
                        "1",
                        "ce-source",
                        "/t",
                        "ce-type",
                        "system.x"),
                403,
                "reserved");
        var batch = client.post(
                "/api/events",
                "[" + event("1", "/t", "t") + "," + event("2", "/serai/a", "system.x") + "]",
                "Content-Type",
                BATCH);
        assertProblem(batch, 403, "reserved");
        assertThat(JsonPath.<List<String>>read(batch.body(), "$.errors[*].name"))
                .containsExactly("/1/source", "/1/type");
        assertThat(broker.events).isEmpty();
        assertThat(client.post("/api/events/systems.x", "1", "Content-Type", JSON)
                        .statusCode())
                .isEqualTo(202);
        assertThat(client.post("/api/events", event("1", "/seraiX", "t"), "Content-Type", EVENT)
                        .statusCode())
                .isEqualTo(202);
    }

    private static String event(String id, String source, String type) {
        return "{\"specversion\":\"1.0\",\"id\":\"" + id + "\",\"source\":\"" + source + "\",\"type\":\"" + type
                + "\"}";
    }

    @Test
    void answersOnlyWhenTheBrokerHasIt() {
        var confirm = new CompletableFuture<Void>();
        broker.publish = event -> confirm;
        var answer = CompletableFuture.supplyAsync(() -> {
            try {
                return client.post("/api/events/t", "1", "Content-Type", JSON);
            } catch (IOException | InterruptedException failed) {
                throw new IllegalStateException(failed);
            }
        });
        Awaitility.await().during(java.time.Duration.ofMillis(200)).until(() -> !answer.isDone());
        confirm.complete(null);
        assertThat(answer.join().statusCode()).isEqualTo(202);
    }

    @Test
    void binaryModePassesAnyBody() throws Exception {
        byte[] body = {0, (byte) 0xFF, 1};
        var response = client.post(
                "/api/events",
                body,
                "Content-Type",
                "application/octet-stream",
                "ce-specversion",
                "1.0",
                "ce-id",
                "a/b?%C3%A4",
                "ce-source",
                "urn:x",
                "ce-type",
                "t",
                "ce-sequence",
                "7");
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(published().data()).isEqualTo(body);
        assertThat(published().extensions()).containsEntry("sequence", "7");
        assertThat(response.headers().firstValue("Location")).contains("/api/events?id=a%2Fb%3F%C3%A4&source=urn%3Ax");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain;a=\\u0000",
                "text/plain;a=\\\"x\\r\\nFoo: b\\\"",
                "text/plain;a=é",
                "text/plain;a=\\\"é\\\""
            })
    void aContentTypeThatNoHeaderHoldsIsInvalid(String contentType) throws Exception {
        var event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\",\"datacontenttype\":\""
                + contentType + "\",\"data\":\"x\"}";
        var response = client.post("/api/events", event, "Content-Type", EVENT);
        assertProblem(response, 422, "invalid");
        assertThat(response.body()).contains("datacontenttype");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;",
                "application/json ;",
                "application/json; charset=utf-8;",
                "application/json; ; charset=utf-8",
                "application/json;;;charset=utf-8",
                "application/json;\tcharset=utf-8",
                "application/json; charset=utf8",
                "application/json; charset=\"UTF-8\"",
                "application/json; profile=\"a;\\\"b\"",
                "application/vnd.x+json; v='1'"
            })
    void aMediaTypeMayHaveEmptyParametersAndOtherNamesOfUtf8(String contentType) throws Exception {
        assertThat(client.post("/api/events/t", "{}", "Content-Type", contentType)
                        .statusCode())
                .isEqualTo(202);
        assertThat(client.post(
                                "/api/events",
                                "{}",
                                "Content-Type",
                                contentType,
                                "ce-specversion",
                                "1.0",
                                "ce-id",
                                "1",
                                "ce-source",
                                "/t",
                                "ce-type",
                                "t")
                        .statusCode())
                .isEqualTo(202);
        var event = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\",\"type\":\"t\"}";
        assertThat(client.post("/api/events", event, "Content-Type", "application/cloudevents+json; ;charset=utf8;")
                        .statusCode())
                .isEqualTo(202);
    }

    @Test
    void theSdkSpeaksAllItsModesToIt() throws Exception {
        var event = CloudEventBuilder.v1()
                .withId("7")
                .withSource(URI.create("/sdk"))
                .withType("sdk.sent")
                .withSubject("42")
                .withTime(java.time.OffsetDateTime.parse("2026-01-02T03:04:05Z"))
                .withDataContentType(JSON)
                .withExtension("flag", true)
                .withExtension("count", 5)
                .withData("{\"a\": 1}".getBytes(StandardCharsets.UTF_8))
                .build();
        for (var structured : new boolean[] {false, true}) {
            broker.reset();
            var headers = new ArrayList<String>();
            var sent = new byte[1][];
            MessageWriter<?, ?> writer = HttpMessageFactory.createWriter(
                    (name, value) -> {
                        headers.add(name);
                        headers.add(value);
                    },
                    body -> sent[0] = body);
            if (structured) {
                writer.writeStructured(event, JsonFormat.CONTENT_TYPE);
            } else {
                writer.writeBinary(event);
            }
            var response = client.post("/api/events", sent[0], headers.toArray(String[]::new));
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
            var got = published();
            assertThat(got.id()).isEqualTo(event.getId());
            assertThat(got.subject()).isEqualTo("42");
            assertThat(got.time()).isEqualTo("2026-01-02T03:04:05Z");
            // headers have no types
            assertThat(got.extensions())
                    .containsEntry("flag", structured ? (Object) true : "true")
                    .containsEntry("count", structured ? (Object) 5 : "5");
            assertThat(new String(got.data(), StandardCharsets.UTF_8).replace(" ", ""))
                    .isEqualTo("{\"a\":1}");
        }
    }

    @Test
    void batchIsAnsweredWhenAllAreSafe() throws Exception {
        var response = client.post("/api/events", batch(300), "Content-Type", BATCH);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(broker.events).hasSize(300);
        assertThat(JsonPath.<List<String>>read(response.body(), "$.items[*].status"))
                .hasSize(300)
                .containsOnly("accepted");
    }

    @Test
    void batchSaysWhichEventsAreNotSafe() throws Exception {
        broker.publish = event -> event.id().equals("1")
                ? CompletableFuture.failedFuture(new Unavailable("publishing 1: broker is away"))
                : broker.confirm(event);
        var response = client.post("/api/events", batch(3), "Content-Type", BATCH);
        assertProblem(response, 503, "unavailable");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
        assertThat(JsonPath.<List<String>>read(response.body(), "$.items[*].status"))
                .containsExactly("accepted", "unavailable", "accepted");
    }

    @Test
    void invalidItemStopsTheBatch() throws Exception {
        var response =
                client.post("/api/events", batch(2).replace("\"id\":\"1\"", "\"id\":\"\""), "Content-Type", BATCH);
        assertProblem(response, 422, "invalid");
        assertThat(JsonPath.<String>read(response.body(), "$.errors[0].name")).isEqualTo("/1/id");
        assertThat(broker.events).isEmpty();
    }

    @Test
    void brokerAwayIs503WithRetryAfter() throws Exception {
        broker.publish = event -> CompletableFuture.failedFuture(new Unavailable("publishing: broker is away"));
        var late = client.post("/api/events/t", "1", "Content-Type", JSON);
        broker.publish = event -> {
            throw new Unavailable("publishing: broker is away");
        };
        var early = client.post("/api/events/t", "1", "Content-Type", JSON);
        for (var response : List.of(late, early)) {
            assertProblem(response, 503, "unavailable");
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
        }
    }

    @Test
    void confirmThatNeverComesIs503() throws Exception {
        broker.publish = event -> new CompletableFuture<>();
        assertProblem(client.post("/api/events/t", "1", "Content-Type", JSON), 503, "unavailable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "{} x", "[1,]", "\u0000", "\ufeff1", "nul", "{\"a\":\"\n\"}", "1 2"})
    void malformedJsonIs400(String body) throws Exception {
        assertProblem(client.post("/api/events/t", body, "Content-Type", JSON), 400, "malformed-json");
        assertThat(broker.events).isEmpty();
    }

    @Test
    void malformedJsonIsLocatedNotQuoted() throws Exception {
        var response = client.post("/api/events/t", "{\n  \"a\": <script>}", "Content-Type", JSON);
        assertProblem(response, 400, "malformed-json");
        assertThat(response.body()).contains("line 2, column 8").doesNotContain("script");
    }

    @Test
    void deepJsonIs400() throws Exception {
        var nested = "[".repeat(20_000) + "]".repeat(20_000);
        assertProblem(client.post("/api/events/t", nested, "Content-Type", JSON), 400, "json-too-deep");
    }

    @Test
    void tooLargeIs413WhetherDeclaredOrNot() throws Exception {
        var large = ("\"" + "x".repeat(64 * 1024) + "\"").getBytes(StandardCharsets.UTF_8);
        assertProblem(client.chunked("/api/events/t", large, "Content-Type", JSON), 413, "body-too-large");
        assertThat(raw(String.join(
                        "\r\n",
                        "POST /api/events/t HTTP/1.1",
                        "Host: x",
                        "Content-Type: application/json",
                        "Content-Length: 999999999",
                        "",
                        "")))
                .startsWith("HTTP/1.1 413")
                .contains("/problems/body-too-large");
        assertThat(broker.events).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/cloudevents+xml", "x", "application/json;charset=utf-16", "a/b;c"})
    void otherContentTypesAre415(String contentType) throws Exception {
        assertProblem(client.post("/api/events/t", "{}", "Content-Type", contentType), 415, "unsupported-media-type");
        if (!contentType.startsWith(JSON)) {
            assertProblem(client.post("/api/events", "{}", "Content-Type", contentType), 415, "unsupported-media-type");
        }
    }

    @Test
    void invalidValuesAre422() throws Exception {
        assertProblem(client.post("/api/events/order..x", "{}", "Content-Type", JSON), 422, "invalid");
        assertProblem(client.post("/api/events/t?subject=", "{}", "Content-Type", JSON), 422, "invalid");
        assertProblem(client.post("/api/events/t?subject=a&subject=b", "{}", "Content-Type", JSON), 422, "invalid");
        var missing = client.post("/api/events", "{}", "Content-Type", JSON);
        assertProblem(missing, 422, "invalid");
        assertThat(JsonPath.<List<String>>read(missing.body(), "$.errors[*].name"))
                .containsExactly("specversion", "type", "id", "source");
        assertProblem(client.post("/api/events", "{}", "Content-Type", EVENT), 422, "invalid");
        assertProblem(client.post("/api/events", "{}", "Content-Type", BATCH), 422, "invalid");
    }

    @Test
    void compressedBodyIs415() throws Exception {
        assertProblem(
                client.post("/api/events/t", "{}", "Content-Type", JSON, "Content-Encoding", "gzip"),
                415,
                "unsupported-media-type");
    }

    private Event published() {
        assertThat(broker.events).hasSize(1);
        return broker.events.get(0);
    }

    private static String batch(int size) {
        return IntStream.range(0, size)
                .mapToObj(i -> "{\"specversion\":\"1.0\",\"id\":\"" + i + "\",\"source\":\"/s\",\"type\":\"t\"}")
                .collect(Collectors.joining(",", "[", "]"));
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            var buffer = new byte[8192];
            int n = 0;
            var text = new StringBuilder();
            while (!text.toString().contains("traceId")
                    && (n = socket.getInputStream().read(buffer)) > 0) {
                text.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
            return text.toString();
        }
    }
}
