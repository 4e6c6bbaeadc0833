// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** Every refusal of the hub has one shape, whoever refuses: Tomcat, a filter, the login, a controller, a route. */
@TestInstance(Lifecycle.PER_CLASS)
class ProblemShapeIT {

    private static final String PASSWORD = "open sesame";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String JSON_TYPE = "Content-Type: application/json";
    private static final Set<String> WITH_BODY = Set.of("POST", "PUT", "PATCH");

    private final Map<String, String> titles = new TreeMap<>();
    private ConfigurableApplicationContext hub;
    private Wire wire;

    @BeforeAll
    void start(@TempDir Path data) {
        var hash = new BCryptPasswordEncoder(4).encode(PASSWORD);
        var arguments = new ArrayList<>(
                List.of("--server.port=0", "--serai.embedded.data=" + data, "--serai.routes.directory=routes"));
        var roles = Role.values();
        for (int i = 0; i < roles.length; i++) {
            var user = "--serai.security.users[" + i + "].";
            arguments.addAll(List.of(
                    user + "name=" + roles[i].key(), user + "password=" + hash, user + "roles=" + roles[i].key()));
        }
        var all = "--serai.security.users[" + roles.length + "].";
        arguments.addAll(
                List.of(all + "name=all", all + "password=" + hash, all + "roles=operator,editor,client,metrics"));
        hub = HubInside.start(arguments);
        wire = new Wire(
                ((ServletWebServerApplicationContext) hub).getWebServer().getPort());
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    record Operation(String method, String path) {

        /** No value of the path names anything. */
        String uri() {
            return path.replaceAll("\\{[^}]*}", "%22x%22");
        }
    }

    /** An unknown caller, a caller without the role, another method, a body that is not JSON, and values that name nothing. */
    @Test
    void everyOperationRefusesInOneShape() throws IOException {
        var checks = new SoftAssertions();
        var operations = operations();
        for (var each : operations) {
            check(checks, each, 401, send(each, each.method(), "{}"));
            check(checks, each, 403, send(each, each.method(), "{}", login("metrics")));
            check(checks, each, 405, send(each, "PATCH", "{}", login("all")));
            if (WITH_BODY.contains(each.method())) {
                check(checks, each, 415, send(each, each.method(), "a", login("all"), "Content-Type: text/plain"));
                check(checks, each, null, send(each, each.method(), "{\"", login("all")));
            }
            if (!each.uri().equals(each.path())) {
                check(checks, each, null, send(each, each.method(), "{\"unknown member\":1}", login("all")));
            }
            if (each.method().equals("GET") && !each.path().endsWith("/stream")) {
                check(checks, each, null, wire.get(each.uri() + "?no%20such=1&limit=-1", login("all")));
            }
        }
        checks.assertAll();
        assertThat(operations).hasSizeGreaterThan(50);
    }

    static Stream<String> requestsThatNoControllerSees() {
        var host = "Connection: close\r\nHost: localhost\r\n\r\n";
        return Stream.of(
                "GET /%FF HTTP/1.1\r\n" + host,
                "GET /api/%FF HTTP/1.1\r\n" + host,
                "GET /api/events/%FF HTTP/1.1\r\n" + host,
                "GET /api/%zz HTTP/1.1\r\n" + host,
                "GET /api/%00 HTTP/1.1\r\n" + host,
                "GET /api/a%2Fb HTTP/1.1\r\n" + host,
                "GET // HTTP/1.1\r\n" + host,
                "GET //api//events HTTP/1.1\r\n" + host,
                "GET /api/../.. HTTP/1.1\r\n" + host,
                "GET /../api HTTP/1.1\r\n" + host,
                "GET /api/;a=b HTTP/1.1\r\n" + host,
                "GET /api/events?%FF=%FF HTTP/1.1\r\n" + host,
                "GET /api/events?a=%zz HTTP/1.1\r\n" + host,
                "GET /api/events?limit=%zz HTTP/1.1\r\n" + host,
                "GET /api/<> HTTP/1.1\r\n" + host,
                "GET api HTTP/1.1\r\n" + host,
                "GET http:///api HTTP/1.1\r\n" + host,
                "OPTIONS * HTTP/1.1\r\n" + host,
                "TRACE /api/events HTTP/1.1\r\n" + host,
                "CONNECT localhost:1 HTTP/1.1\r\n" + host,
                "G@T /api/events HTTP/1.1\r\n" + host,
                "FROB /api/events HTTP/1.1\r\n" + host,
                "GET /api/events HTTP/7.1\r\n" + host,
                "GET /api/events HTTP/1.1\r\nno colon\r\n" + host,
                "GET /api/events HTTP/1.1\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nHost: [\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nbad name: 1\r\n" + host,
                "GET /api/events HTTP/1.1\r\nx: a\0b\r\n" + host,
                "POST /api/events HTTP/1.1\r\nContent-Length: -1\r\n" + host,
                "POST /api/events HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n" + host,
                "POST /api/events HTTP/1.1\r\nTransfer-Encoding: nonsense\r\n" + host,
                "POST /api/events HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n" + host
                        + "zz\r\n",
                "POST /api/events HTTP/1.1\r\nContent-Length: 99999999999\r\n" + host,
                "GET /" + "a".repeat(20_000) + " HTTP/1.1\r\n" + host,
                "GET /api/events HTTP/1.1\r\nx: " + "a".repeat(20_000) + "\r\n" + host,
                "GET /api/events HTTP/1.1\r\n" + "x: 1\r\n".repeat(200) + host,
                "nonsense\r\n\r\n",
                "\0\1\2\3\r\n\r\n");
    }

    @ParameterizedTest
    @MethodSource("requestsThatNoControllerSees")
    void whateverTomcatOrAFilterRefusesHasThatShapeToo(String request) {
        var checks = new SoftAssertions();
        var shown = request.replaceAll("\\p{Cntrl}+", " ").replaceAll("^(.{60}).*$", "$1");
        check(checks, shown, null, null, wire.raw(request));
        check(checks, shown, null, null, wire.raw(request.replaceFirst("\r\n", "\r\n" + login("all") + "\r\n")));
        checks.assertAll();
    }

    @Test
    void aParameterThatCannotBeDecodedIsRefusedAndNotPassedOver() {
        for (var query : List.of("limit=%zz", "limit=%", "type=%FF%", "%zz=1")) {
            var answer = wire.get("/api/events?" + query, login("all"));
            assertThat(answer.status()).as(query).isEqualTo(400);
            assertThat(answer.isProblem("malformed-request")).as(answer.body()).isTrue();
        }
    }

    private Wire.Answer send(Operation operation, String method, String body, String... headers) {
        var all = new ArrayList<>(List.of(wire.host()));
        all.addAll(List.of(headers));
        if (all.stream().noneMatch(each -> each.startsWith("Content-Type"))) {
            all.add(JSON_TYPE);
        }
        return wire.send(method, operation.uri(), body, all.toArray(String[]::new));
    }

    private void check(SoftAssertions checks, Operation operation, @Nullable Integer status, Wire.Answer answer) {
        check(checks, operation.method() + " " + operation.path(), status, operation.uri(), answer);
    }

    private void check(
            SoftAssertions checks,
            String what,
            @Nullable Integer status,
            @Nullable String instance,
            Wire.Answer answer) {
        var as = what + " -> " + answer.head() + "\n" + answer.body();
        if (status != null) {
            checks.assertThat(answer.status()).as(as).isEqualTo(status);
        }
        if (answer.status() < 400) {
            // some take anything: a filter of no match, a draft that says itself what is wrong
            return;
        }
        var head = answer.head().toLowerCase(Locale.ROOT).lines().toList();
        checks.assertThat(head).as(as).contains("content-type: application/problem+json", "cache-control: no-store");
        checks.assertThat(head).as(as).contains("x-content-type-options: nosniff");
        var problem = json(answer.body());
        checks.assertThat(problem.path("type").asText()).as(as).matches("/problems/[a-z0-9-]+");
        checks.assertThat(problem.path("title").asText()).as(as).isNotBlank();
        checks.assertThat(problem.path("status").asInt()).as(as).isEqualTo(answer.status());
        checks.assertThat(problem.path("detail").asText()).as(as).isNotBlank();
        checks.assertThat(problem.path("instance").isTextual()).as(as).isTrue();
        if (instance != null) {
            checks.assertThat(problem.path("instance").asText()).as(as).isEqualTo(instance);
        }
        checks.assertThat(problem.path("traceId").asText()).as(as).matches("[0-9a-f-]{36}");
        var title = titles.putIfAbsent(
                problem.path("type").asText(), problem.path("title").asText());
        checks.assertThat(problem.path("title").asText())
                .as(as)
                .isEqualTo(title == null ? problem.path("title").asText() : title);
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException html) {
            return JSON.createObjectNode();
        }
    }

    private List<Operation> operations() throws IOException {
        var operations = new ArrayList<Operation>();
        var document = wire.send("GET", "/v3/api-docs", "", wire.host(), login("all"), "Accept-Encoding: identity");
        var body = document.body();
        JSON.readTree(body.substring(body.indexOf('{'), body.lastIndexOf('}') + 1))
                .path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method ->
                                operations.add(new Operation(method.toUpperCase(Locale.ROOT), path.getKey()))));
        return operations;
    }

    private static String login(String name) {
        return Wire.login(name, PASSWORD);
    }
}
