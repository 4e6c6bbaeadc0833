// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The connection to RabbitMQ breaks whenever a message is being processed, so that a quorum queue delivers it again. */
@Tag("crash")
@HubServices
class RedeliveredJourney {

    @Test
    void aMessageRedeliveredManyTimesIsStillThereAndThenDone(@TempDir Path folder) throws Exception {
        var servers = new HashMap<>(SharedNodes.newProperties());
        var address = URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
        var answers = new Semaphore(0);
        try (var broker = TcpProxy.to(address.getHost(), address.getPort());
                var system = new OtherSystem()) {
            servers.put(
                    "spring.rabbitmq.addresses",
                    address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/"));
            system.answerBy(call -> {
                answers.acquireUninterruptibly();
                return OtherSystem.TAKEN;
            });
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                new Publishers(client, "crash.flaky").publish();
                var begin = System.nanoTime();
                for (int delivery = 1; delivery <= Settings.redeliveries(); delivery++) {
                    awaitCalls(system, delivery);
                    broker.cut();
                    // what is acknowledged now comes too late
                    answers.release();
                }
                awaitCalls(system, Settings.redeliveries() + 1);
                answers.release();

                await().atMost(Duration.ofSeconds(30))
                        .until(() -> system.heardBy("flaky").taken().size() == Settings.redeliveries() + 1);
                var took = System.nanoTime() - begin;
                hub.stop();
                hub.start().awaitReady();
                var failures = client.items("/api/failures?");
                new Figures("redelivered")
                        .with("sent", 1)
                        .with("deliveries", system.calls("flaky").size())
                        .with("lost", 0)
                        .with("dead-lettered", failures.size())
                        .with("all of it", List.of(took))
                        .keep();
                assertThat(system.calls("flaky"))
                        .hasSize(Settings.redeliveries() + 1)
                        .extracting(OtherSystem.Call::id)
                        .containsOnly("crash.flaky-0");
                assertThat(failures).isEmpty();
                assertThat(client.items("/api/subscriptions?"))
                        .filteredOn(each -> each.path("name").asText().equals("flaky"))
                        .singleElement()
                        .satisfies(each ->
                                assertThat(each.path("backlog").asLong(-1)).isZero());
            }
        }
    }

    private static void awaitCalls(OtherSystem system, int count) {
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> system.calls("flaky").size() >= count);
    }
}
