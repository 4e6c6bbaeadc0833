// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A person deletes on RabbitMQ, under load, what the hub has declared there. */
@Tag("crash")
@HubServices
class TopologyChangedJourney {

    private static final Duration SOON = Duration.ofMinutes(1);

    private interface Change {
        void on(Channel channel) throws IOException;
    }

    @Test
    void nothingIsLostButWhatWasForADeletedQueueAndThatIsSaid(@TempDir Path folder) throws Exception {
        var servers = SharedNodes.newProperties();
        var rounds = Math.max(1, Settings.kills() / 4);
        var amqp = new ConnectionFactory();
        amqp.setUri(String.valueOf(servers.get("spring.rabbitmq.addresses")));
        try (var person = amqp.newConnection();
                var system = new OtherSystem();
                var hub = Hubs.in(folder, servers, system)
                        .with("serai.bus.topology-interval", "2s")
                        .start()
                        .awaitReady()) {
            Change none = channel -> {};
            var client = new HubClient(hub);
            var publishers = new Publishers(client, "crash.event");
            var users = new NewUsers(List.of(client));
            new Load()
                    .with(8, 100, publishers::publish)
                    .with(2, 10, users::create)
                    .during(() -> {
                        for (int round = 0; round < rounds; round++) {
                            for (var change : List.<Change>of(
                                    none,
                                    channel -> channel.exchangeDelete("serai.events"),
                                    channel -> channel.queueDelete("serai.failures"),
                                    channel -> channel.exchangeDelete("serai.dead"))) {
                                try (var channel = person.createChannel()) {
                                    change.on(channel);
                                }
                                publishers.awaitAccepted(100);
                            }
                        }
                    });
            var reached = new Reached(client, system);
            var lost = reached.missing(publishers, users);
            var figures = new Figures("topology-deleted").with("times each", rounds);
            reached.add(figures, publishers, users, lost);
            figures.keep();
            reached.assertNothingLostAndEffectsOnce(lost);
            assertThat(hub.output())
                    .contains("exchange serai.events was deleted on the broker")
                    .contains("queue serai.failures was deleted on the broker")
                    .contains("exchange serai.dead was deleted on the broker");
            assertThat(users.refused()).isEmpty();

            // now a queue with what is in it, and a binding, which nobody can see is gone
            new Load().with(8, 100, publishers::publish).during(() -> {
                publishers.awaitAccepted(50);
                try (var channel = person.createChannel()) {
                    channel.queueDelete("serai.events.plain-one");
                    channel.queueUnbind("serai.events.plain-two", "serai.events", "crash.event");
                }
                await().atMost(SOON)
                        .until(() -> hub.output().contains("queue serai.events.plain-one was deleted on the broker"));
                publishers.awaitAccepted(300);
            });
            // both hear of events again
            var before = Set.copyOf(publishers.accepted());
            new Load().with(8, 100, publishers::publish).during(() -> publishers.awaitAccepted(300));
            var after = publishers.accepted().stream()
                    .filter(id -> !before.contains(id))
                    .toList();
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(system.heardBy("plain-one").ids()).containsAll(after);
                assertThat(system.heardBy("plain-two").ids()).containsAll(after);
            });
            // and the log, and a subscription that nobody touched, have all
            await().atMost(SOON).untilAsserted(() -> {
                assertThat(reached.effects()).containsAll(publishers.accepted());
                assertThat(client.events("type=crash.event"))
                        .extracting(event -> event.path("id").asText())
                        .containsAll(publishers.accepted());
            });
            new Figures("queue-and-binding-deleted")
                    .with("accepted (202)", publishers.accepted().size())
                    .with("not in the deleted queue's subscription", missing(publishers, system, "plain-one"))
                    .with("not in the unbound queue's subscription", missing(publishers, system, "plain-two"))
                    .with("not in the log", 0)
                    .keep();
        }
    }

    private static long missing(Publishers publishers, OtherSystem system, String subscription) {
        var heard = system.heardBy(subscription).ids();
        return publishers.accepted().stream().filter(id -> !heard.contains(id)).count();
    }
}
