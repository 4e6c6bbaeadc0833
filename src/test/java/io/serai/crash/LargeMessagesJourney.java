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
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
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
    private static final List<String> QUEUES = List.of("one-by-one", "transacted", "event-log");
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
                    .hasSize(3)
                    .allSatisfy(
                            each -> assertThat(each.path("consumers").asInt()).isEqualTo(1)));
            hub.stop();
            publish(URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses"))));
            var begin = System.nanoTime();

            hub.start().awaitReady();

            await().atMost(Duration.ofMinutes(3))
                    .until(() -> QUEUES.stream().allMatch(queue -> handled(client, queue) >= MESSAGES));
            var took = System.nanoTime() - begin;
            hub.stop();
            assertThat(waiting(URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")))))
                    .isZero();
            new Figures("large-messages")
                    .with("sent", MESSAGES)
                    .with("MB each", SIZE / 1_000_000)
                    .with("all of it", List.of(took))
                    .keep();
        }
    }

    private static double handled(HubClient client, String subscription) {
        try {
            return HubClient.json(client.get("/actuator/metrics/serai.bus.delivered?tag=subscription:" + subscription))
                    .path("measurements")
                    .path(0)
                    .path("value")
                    .asDouble();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private static long waiting(URI broker) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(broker);
        try (var connection = factory.newConnection("large");
                var channel = connection.createChannel()) {
            long all = channel.messageCount("serai.failures");
            for (var queue : QUEUES) {
                all += channel.messageCount("serai.events." + queue);
            }
            return all;
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
