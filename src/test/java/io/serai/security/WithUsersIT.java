// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Listens on all interfaces: that is allowed once there are users. */
@SpringBootTest(
        classes = HubUnderTest.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.name=none",
            "management.endpoints.web.exposure.include=*",
            "management.prometheus.metrics.export.enabled=true",
            "management.endpoint.health.probes.enabled=true",
            "management.endpoint.health.show-details=when_authorized",
            "management.endpoint.health.roles=READER"
        })
@ExtendWith(OutputCaptureExtension.class)
class WithUsersIT {

    @LocalServerPort
    int port;

    Wire wire;

    @DynamicPropertySource
    static void users(DynamicPropertyRegistry properties) {
        var encoder = new BCryptPasswordEncoder(4);
        var names = new String[] {"reader", "client", "operator", "editor", "metrics"};
        for (int i = 0; i < names.length; i++) {
            var user = "serai.security.users[" + i + "].";
            var name = names[i];
            var prefix = i % 2 == 0 ? "{bcrypt}" : "";
            properties.add(user + "name", () -> name);
            properties.add(user + "password", () -> prefix + encoder.encode(name + "-päss"));
            properties.add(user + "roles", () -> name);
        }
    }

    @BeforeEach
    void connect() {
        wire = new Wire(port);
    }

    private static String as(String name) {
        return Wire.login(name, name + "-päss");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/api/events", "/console/a.js", "/nowhere", "/actuator", "/actuator/prometheus", "/actuator/env"
            })
    void everythingNeedsALogin(String path) {
        var answer = wire.get(path);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.isProblem("unauthorized")).isTrue();
        assertThat(answer.head()).contains("WWW-Authenticate: Basic realm=\"serai\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness"})
    void healthNeedsNoLoginAndTellsDetailsOnlyAfterOne(String path) {
        assertThat(wire.get(path).status()).isEqualTo(200);
        assertThat(wire.get("/actuator/health").body()).doesNotContain("components");
        assertThat(wire.get("/actuator/health", as("operator")).body()).contains("components");
    }

    @Test
    void frontPageNeedsNoLogin() {
        assertThat(wire.get("/").status()).isEqualTo(200);
        assertThat(wire.postJson("/").status()).isEqualTo(401);
        assertThat(wire.get("/index.html").status()).isEqualTo(401);
    }

    @Test
    void changesAndRefusalsAreLoggedWithUserAndAddress(CapturedOutput output) {
        wire.postJson("/api/jobs", as("operator"));
        wire.postJson("/api/events", as("client"));
        wire.send("PUT", "/api/async", "{}", wire.host(), as("operator"), "Content-Type: application/json");
        // refusals are logged once a second, and others may have taken this one
        await().until(() -> {
            wire.get("/api/routes", as("client"));
            return output.getOut().contains("refused who=client from=127.0.0.1 method=GET path=/api/routes status=403");
        });
        await().untilAsserted(() -> assertThat(output.getOut().lines().filter(line -> line.contains(" audit ")))
                .anyMatch(line -> line.contains("who=operator from=127.0.0.1 method=POST path=/api/jobs status=200"))
                .anyMatch(line -> line.contains("who=operator from=127.0.0.1 method=PUT path=/api/async status=200"))
                .noneMatch(line -> line.contains("path=/api/events")));
    }

    @Test
    void wrongPasswordsAreRefused() {
        assertThat(wire.get("/api/events", Wire.login("reader", "wrong")).status())
                .isEqualTo(401);
        assertThat(wire.get("/api/events", Wire.login("nobody", "reader-päss")).status())
                .isEqualTo(401);
        assertThat(wire.get("/api/events", "Authorization: Basic ???").status()).isEqualTo(401);
    }

    @Test
    void answerThatComesLaterNeedsNoSecondLogin() {
        assertThat(wire.get("/api/async", as("reader")).body()).contains("served");
    }

    @ParameterizedTest
    @CsvSource({
        // method, path, reader, client, operator, editor, metrics
        "GET,    /,                          200, 200, 200, 200, 200",
        "GET,    /api/events,                200, 403, 200, 200, 403",
        "GET,    /api/users/1,               200, 200, 200, 200, 403",
        "GET,    /api/routes,                200, 403, 200, 200, 403",
        "GET,    /api/failures,              200, 403, 200, 200, 403",
        "POST,   /api/events,                403, 200, 200, 200, 403",
        "POST,   /api/events/order.placed,   403, 200, 200, 200, 403",
        "DELETE, /api/events/1,              403, 403, 200, 200, 403",
        "POST,   /api/users,                 403, 200, 200, 200, 403",
        "PUT,    /api/users/1,               403, 200, 200, 200, 403",
        "DELETE, /api/users/1,               403, 200, 200, 200, 403",
        "POST,   /api/fulfilment/shipments,  403, 200, 200, 200, 403",
        "PUT,    /api/demo/fulfilment,       403, 403, 200, 200, 403",
        "GET,    /api/services,              200, 403, 200, 200, 403",
        "PUT,    /api/services/parcels/one,  403, 403, 200, 200, 403",
        "DELETE, /api/services/parcels/one,  403, 403, 200, 200, 403",
        "POST,   /api/jobs,                  403, 403, 200, 200, 403",
        "POST,   /api/routes/a/suspend,      403, 403, 200, 200, 403",
        "POST,   /api/routes/a/resume,       403, 403, 200, 200, 403",
        "POST,   /api/routes/a/versions,     403, 403, 403, 200, 403",
        "PUT,    /api/routes/a,              403, 403, 403, 200, 403",
        "DELETE, /api/routes/a,              403, 403, 403, 200, 403",
        "GET,    /console/a,                 200, 200, 200, 200, 403",
        "POST,   /console/a,                 403, 403, 403, 403, 403",
        "GET,    /elsewhere,                 403, 403, 403, 403, 403",
        "GET,    /hub/api/failures,          403, 403, 403, 403, 403",
        "GET,    /actuator/prometheus,       200, 403, 200, 200, 200",
        "GET,    /actuator/info,             200, 403, 200, 200, 403",
        "GET,    /v3/api-docs,               404, 403, 404, 404, 403",
        "GET,    /actuator,                  403, 403, 200, 200, 403",
        "GET,    /actuator/env,              403, 403, 200, 200, 403",
    })
    void rolesDecide(String method, String path, int reader, int client, int operator, int editor, int metrics) {
        assertThat(status(method, path, "reader")).as("reader").isEqualTo(reader);
        assertThat(status(method, path, "client")).as("client").isEqualTo(client);
        assertThat(status(method, path, "operator")).as("operator").isEqualTo(operator);
        assertThat(status(method, path, "editor")).as("editor").isEqualTo(editor);
        assertThat(status(method, path, "metrics")).as("metrics").isEqualTo(metrics);
    }

    @Test
    void forbiddenIsAProblemThatNamesTheRoles() {
        var answer = wire.postJson("/api/routes", as("reader"));
        assertThat(answer.isProblem("forbidden")).isTrue();
        assertThat(answer.body()).contains("editor");
    }

    @Test
    void anyHostIsServedButNoForeignPage() {
        assertThat(wire.send("GET", "/api/events", "", "Host: hub.example.com", as("reader"))
                        .status())
                .isEqualTo(200);
        assertThat(wire.get("/api/events", as("reader"), "Origin: https://evil.test")
                        .status())
                .isEqualTo(403);
        assertThat(wire.send("POST", "/api/events", "{}", wire.host(), as("client"), "Content-Type: text/plain")
                        .status())
                .isEqualTo(415);
    }

    @Test
    void errorOfACallIsNotTakenForACallOfItsOwn() {
        assertThat(wire.postJson("/api/users/broken", as("client")).status()).isEqualTo(500);
    }

    @Test
    void loginLeavesNoSessionBehind() {
        assertThat(wire.get("/api/events", as("reader")).head()).doesNotContain("Set-Cookie");
    }

    private int status(String method, String path, String user) {
        var type = "Content-Type: application/json";
        return wire.send(method, path, "", wire.host(), as(user), type).status();
    }
}
