// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** A whole hub with users and a small heap, attacked by callers that send no login. */
class EdgeUnderAttackIT {

    private static final int FORM_BYTES = 10_000_000;
    private static final int SLOW_CLIENTS = 110;

    @TempDir
    static Path folder;

    private static HubProcess hub;
    private static Wire wire;

    private final List<Socket> sockets = new ArrayList<>();
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @BeforeAll
    static void start() {
        hub = HubProcess.in(folder)
                .with("serai.security.users[0].name", "ann")
                .with("serai.security.users[0].password", new BCryptPasswordEncoder(4).encode("right"))
                .with("serai.security.users[0].roles", "editor")
                .with("serai.gateway.body-timeout", "3s")
                .jvm("-Xmx384m")
                .start()
                .awaitReady();
        wire = new Wire(hub.port());
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @AfterEach
    void close() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
        pool.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "POST", "PATCH", "DELETE"})
    void largeFormsOfCallersWithoutLoginAreNeverParsed(String method) {
        var form = form();
        var answers = new ArrayList<CompletableFuture<Integer>>();
        for (int i = 0; i < 8; i++) {
            answers.add(CompletableFuture.supplyAsync(
                    () -> status(
                            method, "Content-Type: application/x-www-form-urlencoded\r\nce-specversion: 1.0\r\n", form),
                    pool));
        }
        assertThat(answers).allSatisfy(each -> assertThat(each.join()).isEqualTo(401));
        assertThat(hub.isAlive()).isTrue();
        assertThat(hub.output()).doesNotContain("OutOfMemoryError");
        assertThat(wire.get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    @Test
    void slowBodiesOfCallersWithoutLoginHoldUpNobody() throws IOException {
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            drip("POST /api/events/a HTTP/1.1\r\n" + wire.host() + "\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 1000\r\n\r\n{");
        }
        assertThat(wire.get("/actuator/health/liveness").status()).isEqualTo(200);
    }

    @Test
    void slowBodiesOfUsersAreGivenUpAndHoldUpNobody() throws IOException {
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            drip("POST /api/events/a HTTP/1.1\r\n" + wire.host() + "\r\n" + Wire.login("ann", "right")
                    + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{");
        }
        assertThat(wire.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(wire.get("/api/routes", Wire.login("ann", "right")).status()).isEqualTo(200);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(wire.postJson("/api/events/a", Wire.login("ann", "right"))
                                .status())
                        .isEqualTo(202));
    }

    /** Goes on sending a byte every 100 ms, so that no single read is slow, until the hub closes. */
    private void drip(String begin) throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), hub.port());
        sockets.add(socket);
        socket.getOutputStream().write(begin.getBytes(StandardCharsets.US_ASCII));
        DRIPPER.scheduleWithFixedDelay(
                () -> {
                    try {
                        socket.getOutputStream().write(' ');
                    } catch (IOException closed) {
                        throw new IllegalStateException("this client has been turned away", closed);
                    }
                },
                100,
                100,
                java.util.concurrent.TimeUnit.MILLISECONDS);
    }

    private static final java.util.concurrent.ScheduledExecutorService DRIPPER =
            Executors.newSingleThreadScheduledExecutor();

    @AfterAll
    static void stopDripping() {
        DRIPPER.shutdownNow();
    }

    /** Reads the answer while it still sends, as the hub may answer before it has all. */
    private int status(String method, String headers, byte[] body) {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            socket.setSoTimeout(60_000);
            var head = method + " /x HTTP/1.1\r\n" + wire.host() + "\r\n" + headers + "Content-Length: " + body.length
                    + "\r\n\r\n";
            var out = socket.getOutputStream();
            out.write(head.getBytes(StandardCharsets.US_ASCII));
            pool.execute(() -> {
                try {
                    out.write(body);
                } catch (IOException answeredBefore) {
                    // the answer tells
                }
            });
            var line = new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
            return Integer.parseInt(line.substring(9));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] form() {
        var text = new StringBuilder(FORM_BYTES + 16);
        for (int i = 0; text.length() < FORM_BYTES; i++) {
            text.append(Integer.toString(i + 1_000_000, 36)).append('&');
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
