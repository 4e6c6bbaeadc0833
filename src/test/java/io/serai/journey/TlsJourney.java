// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.Database;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.PostgresNode;
import io.serai.testing.RabbitNode;
import io.serai.testing.TestAuthority;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that speaks TLS to its callers, to RabbitMQ and to PostgreSQL, which take nothing else. */
@HubServices
class TlsJourney {

    @TempDir
    Path folder;

    @Test
    void everyConnectionIsEncrypted() throws Exception {
        var authority = TestAuthority.in(folder);
        var client = HttpClient.newBuilder().sslContext(authority.trusting()).build();
        try (var rabbit = RabbitNode.startPrivate(authority);
                var postgres = PostgresNode.startPrivate(authority)) {
            var database = postgres.newDatabase();
            try (var hub = hub(rabbit, database, authority)
                    .tls(authority)
                    .with("server.http2.enabled", "true")
                    .start()
                    .awaitReady()) {
                var answer = client.send(
                        HttpRequest.newBuilder(hub.uri("/api/events/parcel.arrived"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{\"n\":1}"))
                                .build(),
                        BodyHandlers.ofString());
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                await().untilAsserted(() -> assertThat(get(client, hub.uri("/api/events?type=parcel.arrived"))
                                .body())
                        .contains("parcel.arrived"));
                assertThat(get(client, hub.uri("/api/services")).body())
                        .contains("\"address\":\"https://")
                        .doesNotContain("\"address\":\"http://");
                await().untilAsserted(() -> assertThat(hub.output())
                        .contains("Serai listens on https://localhost:" + hub.port())
                        .contains("curl -N 'https://localhost:" + hub.port())
                        .doesNotContain("http://localhost:" + hub.port()));
                assertThat(healthScript(hub.port())).isZero();
                try (var connection =
                                DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                        var row = connection
                                .createStatement()
                                .executeQuery(
                                        "SELECT COUNT(*), SUM(CASE WHEN ssl THEN 0 ELSE 1 END)"
                                                + " FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'serai'")) {
                    assertThat(row.next()).isTrue();
                    assertThat(row.getInt(1)).isGreaterThan(1);
                    assertThat(row.getInt(2)).isZero();
                }
            }
            assertThat(healthScript(1)).isNotZero();
        }
    }

    @Test
    void aBrokerWhoseCertificateAnotherAuthoritySignedIsNotSpokenToAndTheLogSaysSoOnce() throws Exception {
        var authority = TestAuthority.in(Files.createDirectory(folder.resolve("servers")));
        var other = TestAuthority.in(Files.createDirectory(folder.resolve("other")));
        try (var rabbit = RabbitNode.startPrivate(authority);
                var postgres = PostgresNode.startPrivate(authority)) {
            try (var hub = hub(rabbit, postgres.newDatabase(), other).start()) {
                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(() ->
                                assertThat(hub.output()).contains("broker is away link=publish cause=TLS: PKIX path"));
                await().untilAsserted(
                                () -> assertThat(get(HttpClient.newHttpClient(), hub.uri("/actuator/health/readiness"))
                                                .statusCode())
                                        .isEqualTo(503));
                assertThat(hub.output())
                        .doesNotContain("SocketFrameHandler")
                        .containsOnlyOnce("broker is away link=publish");
            }
        }
    }

    /** A hub, not yet started, that believes what this authority says of its broker. */
    private HubProcess hub(RabbitNode rabbit, Database database, TestAuthority trusted) throws IOException {
        return HubProcess.in(Files.createDirectory(folder.resolve("hub")))
                .with("spring.rabbitmq.addresses", rabbit.host() + ":" + rabbit.port())
                .with("spring.rabbitmq.username", rabbit.user())
                .with("spring.rabbitmq.password", rabbit.password())
                .with(
                        "spring.ssl.bundle.pem.servers.truststore.certificate",
                        trusted.root().toUri())
                .with("spring.rabbitmq.ssl.bundle", "servers")
                .with("spring.rabbitmq.ssl.enabled", "true")
                .with("spring.datasource.url", database.jdbcUrl())
                .with("spring.datasource.username", database.user())
                .with("spring.datasource.password", database.password());
    }

    private static HttpResponse<String> get(HttpClient client, URI uri) throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
    }

    /** In a folder laid out as the one that is shipped. */
    private int healthScript(int port) throws IOException, InterruptedException {
        var home = folder.resolve("home");
        var script = home.resolve("bin/serai-health");
        if (Files.notExists(script)) {
            Files.createDirectories(script.getParent());
            Files.copy(Path.of("src/dist/bin/serai-health"), script);
            // a class path entry may be a folder
            Files.createSymbolicLink(
                    home.resolve("serai.jar"), Path.of("target/classes").toAbsolutePath());
        }
        var program = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true);
        program.environment().put("SERAI_PORT", Integer.toString(port));
        program.environment().remove("SERAI_ADDRESS");
        program.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = program.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }
}
