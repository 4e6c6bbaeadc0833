// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

@ExtendWith(OutputCaptureExtension.class)
class StartIT {

    private static final String USER = "--serai.security.users[0].name=ann";
    private static final String PASSWORD =
            "--serai.security.users[0].password=$2y$04$Vn9wRdLJ9cMqTDvXvoMCeOhi5yNFVwj1F7d5l6dqGvJ5XN4R3J3uK";
    private static final String ROLE = "--serai.security.users[0].roles=reader";

    private static ConfigurableApplicationContext start(String... arguments) {
        var all = new String[arguments.length + 2];
        all[0] = "--server.port=0";
        all[1] = "--spring.config.name=none";
        System.arraycopy(arguments, 0, all, 2, arguments.length);
        return new SpringApplicationBuilder(HubUnderTest.class).run(all);
    }

    @Test
    void withoutUsersAndAddressTheHubRefusesAndNamesTheWayOut(CapturedOutput output) {
        assertThatThrownBy(() -> start("--server.address=")).hasRootCauseInstanceOf(StartRefused.class);
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("server.address is not set")
                .contains("Either configure serai.security.users")
                .doesNotContain("Tomcat started on port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0.0.0.0", "::", "192.0.2.1"})
    void withoutUsersAddressesThatOthersReachAreRefused(String address) {
        assertThatThrownBy(() -> start("--server.address=" + address)).hasRootCauseInstanceOf(StartRefused.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"server.servlet.context-path=/hub", "spring.mvc.servlet.path=/hub"})
    void pathOfItsOwnWouldMissTheRolesAndIsRefused(String setting, CapturedOutput output) {
        assertThatThrownBy(() -> start("--server.address=127.0.0.1", "--" + setting))
                .hasRootCauseInstanceOf(StartRefused.class);
        assertThat(output).contains(setting.substring(0, setting.indexOf('=')) + " is set");
    }

    @Test
    void oneAddressMayNotHaveMoreConnectionsThanAllowed() throws Exception {
        try (var hub = start("--server.address=127.0.0.1", "--serai.security.max-connections-per-address=5")) {
            var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
            var open = new ArrayList<Socket>();
            try {
                for (int i = 0; i < 5; i++) {
                    var slow = new Socket(InetAddress.getLoopbackAddress(), port);
                    slow.getOutputStream().write("GET /".getBytes(StandardCharsets.US_ASCII));
                    open.add(slow);
                }
                assertThatThrownBy(() -> new Wire(port).get("/")).isInstanceOf(RuntimeException.class);
            } finally {
                for (var each : open) {
                    each.close();
                }
            }
            await().untilAsserted(
                            () -> assertThat(new Wire(port).get("/").status()).isEqualTo(200));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "127.0.0.2"})
    void withoutUsersLoopbackIsServedAndSaid(String address, CapturedOutput output) {
        start("--server.address=" + address).close();
        assertThat(output)
                .contains("no users configured: listening on loopback only")
                .doesNotContain("generated security password");
    }

    @Test
    void withoutUsersAnotherManagementPortNeedsLoopbackToo(CapturedOutput output) {
        var local = "--server.address=127.0.0.1";
        assertThatThrownBy(() -> start(local, "--management.server.port=0")).hasRootCauseInstanceOf(StartRefused.class);
        assertThat(output).contains("management.server.address is not set");
        start(local, "--management.server.port=-1").close();
        start(local, "--management.server.port=0", "--management.server.address=127.0.0.1")
                .close();
    }

    @Test
    void healthHasThreadsOfItsOwnAtAManagementPortWhileReadersOfLargeAnswersTakeAllOthers() throws Exception {
        try (var hub = start(
                "--server.address=127.0.0.1",
                "--server.tomcat.threads.max=2",
                "--server.tomcat.connection-timeout=10s",
                "--management.server.port=0",
                "--management.server.address=127.0.0.1")) {
            var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
            var management = new Wire(hub.getEnvironment().getRequiredProperty("local.management.port", Integer.class));
            var slow = new ArrayList<Socket>();
            try {
                for (int i = 0; i < 3; i++) {
                    var reader = new Socket(InetAddress.getLoopbackAddress(), port);
                    reader.getOutputStream()
                            .write(("GET /api/large HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n")
                                    .getBytes(StandardCharsets.US_ASCII));
                    slow.add(reader);
                    // a thread writes to each of the first two, and the third has none
                    if (i < 2) {
                        assertThat(reader.getInputStream().read()).isEqualTo('H');
                    }
                }
                slow.get(2).setSoTimeout(500);
                assertThatThrownBy(() -> slow.get(2).getInputStream().read())
                        .isInstanceOf(SocketTimeoutException.class);
                assertThat(management.get("/actuator/health").status()).isEqualTo(200);
                // who takes nothing for a connection timeout is given up
                await().atMost(Duration.ofSeconds(40))
                        .untilAsserted(() ->
                                assertThat(new Wire(port).get("/").status()).isEqualTo(200));
            } finally {
                for (var each : slow) {
                    each.close();
                }
            }
        }
    }

    @Test
    void usersProtectAnotherManagementPortToo() {
        try (var hub = start(
                USER, PASSWORD, ROLE, "--management.server.port=0", "--management.endpoints.web.exposure.include=*")) {
            var port = hub.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
            var wire = new Wire(port);
            assertThat(wire.get("/actuator/health").status()).isEqualTo(200);
            assertThat(wire.get("/actuator/env").status()).isEqualTo(401);
            assertThat(wire.get("/actuator/health", "Origin: https://evil.test").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void withUsersTheHubMayListenEverywhere(CapturedOutput output) {
        try (var hub = start(USER, PASSWORD, ROLE)) {
            var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
            assertThat(new Wire(port).get("/api/events").status()).isEqualTo(401);
        }
        assertThat(output).contains("login required users=1");
    }

    @Test
    void wrongPasswordFormatRefusesTheStartWithoutPrintingIt(CapturedOutput output) {
        assertThatThrownBy(() -> start(USER, "--serai.security.users[0].password=open-sesame", ROLE))
                .hasRootCauseInstanceOf(StartRefused.class);
        assertThat(output)
                .contains("serai.security.users[0].password is not a bcrypt hash")
                .contains("bin/serai password")
                .doesNotContain("open-sesame");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // a number is missing, a field is misspelt, no list at all
                "--serai.security.users[1].password=$2y$04$Vn9wRdLJ9cMqTDvXvoMCeOhi5yNFVwj1F7d5l6dqGvJ5XN4R3J3uK",
                "--serai.security.users[1].pasword=open-sesame",
                "--serai.security.users=ann:open-sesame",
                "--serai.security.users[0]=ann:open-sesame",
                "--serai.security.users.ann.password=open-sesame",
                "--serai.security.users[0].roles[1]=open-sesame"
            })
    void usersThatAreNoListRefuseTheStartWithoutPrintingThem(String entry, CapturedOutput output) {
        assertThatThrownBy(() -> start(entry)).isNotNull();
        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("serai.security.users")
                .doesNotContain("open-sesame")
                .doesNotContain("Vn9wRdLJ9cMqTDvXvoMCeO");
    }

    @Test
    void usersOfTheFileLogInAndItsChangesNeedNoRestart(@TempDir Path folder, CapturedOutput output) throws Exception {
        var file = folder.resolve("users.yaml");
        var user = "- {name: ann, password: '%s', roles: [reader]}\n";
        var encoder = new BCryptPasswordEncoder(4);
        Files.writeString(file, user.formatted(encoder.encode("first")));
        try (var hub = start("--serai.security.users-file=" + file)) {
            var wire = new Wire(
                    ((ServletWebServerApplicationContext) hub).getWebServer().getPort());
            assertThat(wire.get("/api/events", Wire.login("ann", "first")).status())
                    .isEqualTo(200);
            Files.writeString(file, user.formatted(encoder.encode("second")));
            await().until(() ->
                    wire.get("/api/events", Wire.login("ann", "second")).status() == 200);
            assertThat(wire.get("/api/events", Wire.login("ann", "first")).status())
                    .isEqualTo(401);
        }
        assertThat(output).contains("login required users=1").doesNotContain("$2a$04");
    }

    @Test
    void tomcatsOwnPageIsNotShownEvenWhereStackTracesAreAskedFor() {
        try (var hub = start("--server.address=127.0.0.1", "--server.error.include-stacktrace=always")) {
            var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
            assertThat(new Wire(port).raw("GET / HTTP/1.1\r\n\r\n").isProblem("malformed-request"))
                    .isTrue();
        }
    }

    @Test
    void typesThatFormsSendAndWildcardOriginsRefuseTheStart() {
        var local = "--server.address=127.0.0.1";
        assertThatThrownBy(() -> start(local, "--serai.security.content-types=text/*"))
                .hasRootCauseInstanceOf(StartRefused.class);
        assertThatThrownBy(() -> start(local, "--serai.security.allowed-origins=*"))
                .hasRootCauseInstanceOf(StartRefused.class);
    }
}
