// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.ConnectionFactory;
import io.serai.journey.HubClient;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More than the hub has memory for waits in the queues of its subscriptions: prefetch is counted in messages only. */
@Tag("crash")
@HubServices
class LargeMessagesJourney {

    private static final int MESSAGES = 100;
    private static final List<String> COUNTED = List.of(
            "SELECT COUNT(*) FROM processed_event WHERE subscription = 'transacted'",
            "SELECT COUNT(*) FROM event_log WHERE type = 'large.thing'");
    private static final int SIZE = 10_000_000;
    private static final String ROUTES = """
            - route:
                id: read-one-by-one
                from:
                  uri: event:large.thing?subscription=one-by-one
                  steps:
                    - delay:
                        constant: 50
                        asyncDelayed: false
            - route:
                id: read-in-a-transaction
                from:
                  uri: event:large.thing?subscription=transacted&idempotent=true
                  steps:
                    - delay:
                        constant: 50
                        asyncDelayed: false
            - route:
                id: fail
                from:
                  uri: event:large.thing?subscription=failing&retry=none
                  steps:
                    - throwException:
                        exceptionType: java.lang.IllegalStateException
                        message: no stock
            """;

    @Test
    void theyAreAllDoneInLittleMemory(@TempDir Path folder) throws Exception {
        Files.writeString(
                Files.createDirectories(folder.resolve("routes/large")).resolve("read.camel.yaml"), ROUTES);
        var servers = SharedNodes.newProperties();
        try (var hub = HubProcess.in(folder)
                .with(servers)
                .with("serai.routes.directory", folder.resolve("routes"))
                .jvm("-Xmx384m", "-XX:+ExitOnOutOfMemoryError")
                .start()
                .awaitReady()) {
            var client = new HubClient(hub);
            await().untilAsserted(() -> assertThat(client.items("/api/subscriptions?"))
                    .hasSize(4)
                    .allSatisfy(
                            each -> assertThat(each.path("consumers").asInt()).isEqualTo(1)));
            hub.stop();
            publish(URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses"))));
            var begin = System.nanoTime();

            // the failures wait for a hub that takes them
            hub.with("serai.failure.store", "false").start().awaitReady();

            await().atMost(Duration.ofMinutes(3)).untilAsserted(() -> {
                for (var counted : COUNTED) {
                    assertThat(count(servers, counted)).as(counted).isEqualTo(MESSAGES);
                }
                assertThat(runs(client, "read-one-by-one")).isGreaterThanOrEqualTo(MESSAGES);
                assertThat(runs(client, "fail")).isGreaterThanOrEqualTo(MESSAGES);
            });
            hub.stop();
            hub.with("serai.failure.store", "true").start().awaitReady();
            await().atMost(Duration.ofMinutes(3))
                    .untilAsserted(
                            () -> assertThat(count(servers, "SELECT COUNT(*) FROM failure WHERE status = 'DEAD'"))
                                    .isEqualTo(MESSAGES));
            var took = System.nanoTime() - begin;
            new Figures("large-messages")
                    .with("sent", MESSAGES)
                    .with("MB each", SIZE / 1_000_000)
                    .with("all of it", List.of(took))
                    .keep();
        }
    }

    private static double runs(HubClient client, String route) throws IOException {
        return HubClient.json(client.get("/actuator/metrics/serai.routes.exchanges?tag=route:" + route))
                .path("measurements")
                .path(0)
                .path("value")
                .asDouble();
    }

    private static long count(Map<String, String> servers, String sql) throws SQLException {
        try (var database = DriverManager.getConnection(
                        servers.get("spring.datasource.url"),
                        servers.get("spring.datasource.username"),
                        servers.get("spring.datasource.password"));
                var statement = database.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void publish(URI broker) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(broker);
        try (var connection = factory.newConnection("large");
                var channel = connection.createChannel()) {
            channel.confirmSelect();
            for (int number = 0; number < MESSAGES; number++) {
                channel.basicPublish(
                        "serai.events",
                        "large.thing",
                        new BasicProperties.Builder()
                                .messageId("large-" + number)
                                .deliveryMode(2)
                                .headers(Map.of(
                                        "cloudEvents_specversion", "1.0",
                                        "cloudEvents_id", "large-" + number,
                                        "cloudEvents_source", "/large",
                                        "cloudEvents_type", "large.thing"))
                                .build(),
                        new byte[SIZE]);
                channel.waitForConfirmsOrDie(30_000);
            }
        }
    }
}
