// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static io.serai.gateway.Client.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import jakarta.validation.constraints.Max;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.TaskRejectedException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.http.HttpStatus;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

@ExtendWith(OutputCaptureExtension.class)
@SpringBootTest(
        classes = ProblemsIT.App.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = "camel.main.routes-include-pattern=false")
class ProblemsIT {

    private static final String JSON = "application/json";

    private final Client client;

    ProblemsIT(@LocalServerPort int port) {
        client = new Client(port);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableWebSecurity
    @Import({GatewayApp.class, Throwing.class})
    static class App {

        @Bean
        SecurityFilterChain open(HttpSecurity http) throws Exception {
            return http.csrf(csrf -> csrf.disable())
                    .authorizeHttpRequests(all -> all.anyRequest().permitAll())
                    .build();
        }
    }

    /** Fails in each way that a controller may. */
    @RestController
    static class Throwing {

        record Thing(int number) {}

        @GetMapping("/p/{kind}")
        String fail(@PathVariable String kind) {
            throw switch (kind) {
                case "not-found" -> new NotFound("finding thing " + kind + ": there is none");
                case "invalid" ->
                    new Invalid("reading thing: wrong", java.util.List.of(new Invalid.Field("a", "b\r\nc")), null);
                case "database" -> new DataAccessResourceFailureException("jdbc:secret");
                case "rejected" -> new TaskRejectedException("full");
                case "status" -> new ResponseStatusException(HttpStatus.PRECONDITION_FAILED, "changing thing: stale");
                default -> new IllegalStateException("secret\r\nERROR forged");
            };
        }

        @GetMapping("/q")
        String query(@RequestParam @Max(500) int limit) {
            return "ok" + limit;
        }

        @PostMapping(path = "/b", consumes = JSON)
        String body(@RequestBody Thing thing) {
            return "ok" + thing.number();
        }
    }

    @Test
    void unknownPathIs404WhateverIsAccepted() throws Exception {
        for (var accept : new String[] {"text/html", "*/*", "image/png", "x/y;z", "\"", "nonsense"}) {
            assertProblem(client.get("/nowhere/%3Cscript%3E", "Accept", accept), 404, "not-found");
            assertProblem(client.get("/p/not-found", "Accept", accept), 404, "not-found");
            assertProblem(client.get("/error", "Accept", accept), 404, "not-found");
        }
    }

    @Test
    void kindsHaveTheirStatus() throws Exception {
        var invalid = client.get("/p/invalid");
        assertProblem(invalid, 422, "invalid");
        assertThat(JsonPath.<String>read(invalid.body(), "$.errors[0].detail")).isEqualTo("b c");
        assertThat(JsonPath.<String>read(invalid.body(), "$.instance")).isEqualTo("/p/invalid");
        for (var kind : new String[] {"database", "rejected"}) {
            var response = client.get("/p/" + kind);
            assertProblem(response, 503, "unavailable");
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
            assertThat(response.body()).doesNotContain("secret");
        }
        var status = client.get("/p/status");
        assertProblem(status, 412, "precondition-failed");
        assertThat(JsonPath.<String>read(status.body(), "$.detail")).isEqualTo("changing thing: stale");
    }

    @Test
    void aBrowsersEventStreamIsToldToConnectAgainWhereOtherClientsAreToldThatTheHubIsUnavailable() throws Exception {
        for (var kind : new String[] {"database", "rejected"}) {
            var response = client.get("/p/" + kind, "Accept", "text/event-stream");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(response.body()).startsWith("retry: 1000\n: ").endsWith("\n\n");
        }
        assertProblem(client.get("/p/not-found", "Accept", "text/event-stream"), 404, "not-found");
    }

    @Test
    void unexpectedFailureIsLoggedByItsTraceIdAndNotTold(CapturedOutput log) throws Exception {
        var response = client.get("/p/bug");
        assertProblem(response, 500, "internal-server-error");
        assertThat(response.body()).doesNotContain("secret");
        assertThat(log).contains("traceId=" + JsonPath.<String>read(response.body(), "$.traceId"));
        assertThat(log).contains("secret ERROR forged").doesNotContain("\nERROR forged");
    }

    @Test
    void parametersAreNamed() throws Exception {
        for (var query : new String[] {"", "?limit=x", "?limit=501", "?limit=99999999999"}) {
            var response = client.get("/q" + query);
            assertProblem(response, 400, "bad-request");
            assertThat(JsonPath.<String>read(response.body(), "$.errors[0].name"))
                    .isEqualTo("limit");
        }
    }

    @Test
    void bodiesAreLocated() throws Exception {
        var response = client.post("/b", "{\"number\": <script>}", "Content-Type", JSON);
        assertProblem(response, 400, "malformed-json");
        assertThat(response.body()).contains("line 1, column 12").doesNotContain("script");
        for (var body : new String[] {"", "[", "{\"number\":\"x\"}", "{\"number\":99999999999}", "[".repeat(100_000)}) {
            assertThat(client.post("/b", body, "Content-Type", JSON).statusCode())
                    .as(body)
                    .isEqualTo(400);
        }
        assertProblem(client.post("/b", "x", "Content-Type", "text/plain"), 415, "unsupported-media-type");
        assertProblem(client.post("/b", "x", "Content-Type", "nonsense"), 415, "unsupported-media-type");
    }

    @Test
    void methodsAreNamed() throws Exception {
        var response = client.send("PATCH", "/q", BodyPublishers.noBody());
        assertProblem(response, 405, "method-not-allowed");
        assertThat(response.headers().firstValue("Allow")).contains("GET");
    }

    @Test
    void deferredAnswersHaveTheSecurityHeaders() throws Exception {
        var response = client.post("/api/events/t", "1", "Content-Type", JSON);
        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertProblem(client.post("/api/events/t", "", "Content-Type", JSON), 400, "malformed-json");
    }
}
