// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.RabbitNode;
import io.serai.testing.SharedNodes;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RabbitMQ runs short of memory, and of disk, under load. */
@Tag("crash")
@HubServices
class BrokerAlarmsJourney {

    @Test
    void whatIsAcceptedMeanwhileWaitsInTheOutboxAndArrivesWhenTheAlarmIsOver(@TempDir Path folder) throws Exception {
        var servers = new HashMap<>(SharedNodes.newProperties());
        var times = Math.max(1, Settings.kills() / 10);
        try (var rabbit = RabbitNode.startPrivate();
                var system = new OtherSystem()) {
            servers.put("spring.rabbitmq.addresses", rabbit.uri().toString());
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var users = new NewUsers(List.of(client));
                var alarmed = new long[1];
                new Load()
                        .with(8, 100, publishers::publish)
                        .with(2, 10, users::create)
                        .during(() -> {
                            for (int time = 0; time < times; time++) {
                                publishers.awaitAccepted(100);
                                rabbit.control("set_vm_memory_high_watermark", "absolute", "1MB");
                                var before = publishers.accepted().size();
                                publishers.awaitAccepted(300);
                                alarmed[0] += publishers.accepted().size() - before;
                                rabbit.control("set_vm_memory_high_watermark", "0.4");
                                publishers.awaitAccepted(100);
                                rabbit.control("set_disk_free_limit", "900000000000000");
                                before = publishers.accepted().size();
                                publishers.awaitAccepted(300);
                                alarmed[0] += publishers.accepted().size() - before;
                                rabbit.control("set_disk_free_limit", "50MB");
                            }
                            publishers.awaitAccepted(100);
                        });
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                var figures = new Figures("broker-alarms").with("alarms of each kind", times);
                reached.add(figures, publishers, users, lost);
                var stored = HubClient.json(client.get("/actuator/metrics/serai.bus.outbox.stored"))
                        .at("/measurements/0/value")
                        .asLong();
                figures.with("accepted during alarms", alarmed[0])
                        .with("of all, stored in the outbox first", stored)
                        .keep();
                assertThat(stored).as("publishers were blocked").isPositive();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(users.refused()).isEmpty();
                assertThat(hub.isAlive()).isTrue();
            }
        }
    }
}
