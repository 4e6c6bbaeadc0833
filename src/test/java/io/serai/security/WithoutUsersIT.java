// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;

@SpringBootTest(
        classes = HubUnderTest.class,
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.config.name=none",
            "server.address=127.0.0.1",
            "server.max-http-request-header-size=16KB",
            "serai.security.allowed-hosts=hub.test",
            "serai.security.allowed-origins=https://pages.test",
            "serai.security.content-types=application/json,application/*+json,application/xml"
        })
class WithoutUsersIT {

    @LocalServerPort
    int port;

    Wire wire;

    @BeforeEach
    void connect() {
        wire = new Wire(port);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "hub.test:80"})
    void localAndAllowedHostsAreServed(String host) {
        assertThat(wire.send("GET", "/api/events", "", "Host: " + host).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.test", "localhost.evil.test", "127.0.0.1.evil.test:8080", "[::2]", "10.0.0.1"})
    void otherHostsAreMisdirected(String host) {
        var answer = wire.send("GET", "/api/events", "", "Host: " + host);
        assertThat(answer.status()).isEqualTo(421);
        assertThat(answer.isProblem("misdirected-request")).isTrue();
        assertThat(answer.body()).doesNotContain("evil");
    }

    @Test
    void requestWithoutHostIsMisdirected() {
        assertThat(wire.raw("GET /api/events HTTP/1.0\r\n\r\n").status()).isEqualTo(421);
    }

    @Test
    void ownAndAllowedOriginsAreServed() {
        assertThat(wire.postJson("/api/events", "Origin: http://localhost:" + port)
                        .status())
                .isEqualTo(200);
        assertThat(wire.postJson("/api/events", "Origin: https://pages.test", "Sec-Fetch-Site: cross-site")
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.test",
                "http://localhost:1",
                "null",
                "file://localhost",
                "https://pages.test.evil",
                ""
            })
    void foreignOriginsAreRefusedEvenForReading(String origin) {
        var answer = wire.get("/api/events", "Origin: " + origin);
        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.isProblem("foreign-origin")).isTrue();
    }

    @Test
    void secondOriginCannotHideBehindAnAllowedOne() {
        assertThat(wire.get("/api/events", "Origin: https://pages.test", "Origin: https://evil.test")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void allowedOriginMayReadTheAnswerAndAskFirst() {
        assertThat(wire.get("/api/events", "Origin: https://pages.test").head())
                .contains("Access-Control-Allow-Origin: https://pages.test");
        var preflight = wire.send(
                "OPTIONS",
                "/api/events",
                "",
                wire.host(),
                "Origin: https://pages.test",
                "Access-Control-Request-Method: PUT");
        assertThat(preflight.status()).isEqualTo(200);
        assertThat(preflight.head()).contains("Access-Control-Allow-Methods").contains("PUT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"cross-site", "same-site"})
    void callsThatComeFromOtherSitesAreRefusedWhateverTheirMethod(String site) {
        assertThat(wire.get("/api/anything", "Sec-Fetch-Site: " + site).isProblem("foreign-origin"))
                .isTrue();
        assertThat(wire.send("HEAD", "/api/events", "", wire.host(), "Sec-Fetch-Site: " + site)
                        .status())
                .isEqualTo(403);
        assertThat(wire.postJson("/api/events", "Sec-Fetch-Site: " + site).status())
                .isEqualTo(403);
        assertThat(wire.get("/", "Sec-Fetch-Site: " + site).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"same-origin", "none"})
    void changesThatComeFromTheHubsOwnPageAreServed(String site) {
        assertThat(wire.postJson("/api/events", "Sec-Fetch-Site: " + site).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;charset=UTF-8",
                "APPLICATION/JSON",
                "application/cloudevents+json",
                "application/cloudevents-batch+json; charset=utf-8",
                "application/xml"
            })
    void jsonCloudEventsAndConfiguredTypesAreServed(String type) {
        for (var method : new String[] {"POST", "PUT", "PATCH", "DELETE"}) {
            assertThat(wire.send(method, "/api/users/1", "{}", wire.host(), "Content-Type: " + type)
                            .status())
                    .as(method)
                    .isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "text/plain; x=application/json",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=a",
                "application/reports+json",
                "application/csp-report",
                "text/ping",
                "text/xml",
                "*/*",
                "json",
                ""
            })
    void otherTypesAreUnsupported(String type) {
        for (var method : new String[] {"POST", "PUT", "PATCH", "DELETE"}) {
            var answer = wire.send(method, "/api/users/1", "{}", wire.host(), "Content-Type: " + type);
            assertThat(answer.status()).as(method).isEqualTo(415);
            assertThat(answer.isProblem("unsupported-media-type")).isTrue();
        }
    }

    @Test
    void changesWithoutTypeAreUnsupportedUnlessTheyHaveNoBody() {
        assertThat(wire.send("POST", "/api/users", "", wire.host()).status()).isEqualTo(200);
        assertThat(wire.send("POST", "/api/users", "", wire.host(), "Content-Type: text/plain")
                        .status())
                .isEqualTo(415);
        assertThat(wire.send("POST", "/api/users", "", wire.host(), "Origin: null")
                        .status())
                .isEqualTo(403);
        assertThat(wire.send("POST", "/api/users", "{}", wire.host()).status()).isEqualTo(415);
        assertThat(wire.send("DELETE", "/api/users/1", "", wire.host()).status())
                .isEqualTo(200);
        assertThat(wire.raw("DELETE /api/users/1 HTTP/1.1\r\n" + wire.host()
                                + "\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n")
                        .status())
                .isEqualTo(415);
    }

    @Test
    void cloudEventInBinaryModeMayCarryAnything() {
        assertThat(wire.send(
                                "POST",
                                "/api/events",
                                "hello",
                                wire.host(),
                                "Content-Type: text/plain",
                                "ce-specversion: 1.0")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void answersOfTheApiAreNeitherFramedNorKeptNorRun() {
        for (var path : new String[] {"/api/events", "/api/async", "/api/overtaken"}) {
            assertThat(wire.get(path).head())
                    .contains("X-Content-Type-Options: nosniff")
                    .contains("X-Frame-Options: DENY")
                    .contains("Referrer-Policy: same-origin")
                    .contains("Cross-Origin-Resource-Policy: same-origin")
                    .contains("Cache-Control: no-store")
                    .contains("Content-Security-Policy: default-src 'none'");
        }
        assertThat(wire.get("/").head()).contains("Content-Security-Policy: default-src 'self'");
    }

    @Test
    void noSessionIsMade() {
        assertThat(wire.get("/").head()).doesNotContain("Set-Cookie");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/../actuator",
                "/api/%2e%2e/actuator",
                "/api/users/a%2Fb",
                "/api//users",
                "/api/users;x=1",
                "/api/users/%00",
                "/api/users/%25",
                "/api/users?%00=1"
            })
    void pathsThatHideWhereTheyLeadAreMalformed(String path) {
        var answer = wire.get(path);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.isProblem("malformed-request")).isTrue();
    }

    @Test
    void unknownMethodIsMalformed() {
        assertThat(wire.send("BREW", "/api/events", "", wire.host()).isProblem("malformed-request"))
                .isTrue();
    }

    @Test
    void headerValueInUtf8IsServed() {
        assertThat(wire.get("/api/events", "ce-subject: Ā à 漢").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/events HTTP/1.1\r\nHost: a b\r\n\r\n",
                "GET /api/events HTTP/1.1\r\n\r\n",
                "G@T /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/<x> HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/%2 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/%c3 HTTP/1.1\r\nHost: localhost\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nHost: localhost\r\nX-A: a\u0000b\r\n\r\n",
                "GET /api/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n"
            })
    void whatIsNotHttpIsAnsweredWithAProblemThatTellsNothingOfTheServer(String request) {
        var answer = wire.raw(request);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.isProblem("malformed-request")).isTrue();
        assertThat(answer.head() + answer.body())
                .doesNotContainIgnoringCase("tomcat")
                .doesNotContain("<");
    }

    @Test
    void headersBeyondTheLimitAreTooLarge() {
        var answer = wire.get("/api/events", "X-Big: " + "a".repeat(17_000));
        assertThat(answer.status()).isEqualTo(431);
        assertThat(answer.isProblem("headers-too-large")).isTrue();
    }

    @Test
    void tooManyHeadersAreTooLarge() {
        var headers = new String[150];
        java.util.Arrays.setAll(headers, i -> "X-" + i + ": a");
        assertThat(wire.get("/api/events", headers).isProblem("headers-too-large"))
                .isTrue();
    }

    @Test
    void requestLineBeyondTheLimitIsTooLong() {
        var answer = wire.get("/api/" + "a".repeat(17_000));
        assertThat(answer.status()).isEqualTo(414);
        assertThat(answer.isProblem("uri-too-long")).isTrue();
    }
}
