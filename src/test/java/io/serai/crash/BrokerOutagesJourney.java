// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.RabbitNode;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RabbitMQ is killed, stopped and cut off under load, and comes back. */
@Tag("crash")
@HubServices
class BrokerOutagesJourney {

    private static final int CUTS = 10;

    @Test
    void whatWasAnsweredOutlivesTheBrokerAndUsersAreMadeAllTheTime(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        var kills = Math.max(1, Settings.kills() / 5);
        var servers = new HashMap<>(SharedNodes.newProperties());
        try (var rabbit = RabbitNode.startPrivate();
                var system = new OtherSystem()) {
            servers.put("spring.rabbitmq.addresses", rabbit.uri().toString());
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var users = new NewUsers(List.of(client));
                var back = new Back(publishers, system);
                var lines = new ArrayList<String>();
                var load = new Load().with(16, 200, publishers::publish).with(4, 20, users::create);
                load.during(() -> {
                    for (int kill = 0; kill < kills; kill++) {
                        publishers.awaitAccepted(200);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000)));
                        rabbit.kill9();
                        rabbit.startInBackground();
                        awaitPort(rabbit.port());
                        back.measure();
                    }
                    publishers.awaitAccepted(200);
                    var printed = hub.output().length();
                    rabbit.stop();
                    LockSupport.parkNanos(Settings.outage().toNanos());
                    hub.output().substring(printed).lines().forEach(lines::add);
                    rabbit.startInBackground();
                    awaitPort(rabbit.port());
                    back.measure();
                    publishers.awaitAccepted(200);
                });
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                var worstCause = linesOfWorstCause(lines);
                var figures = new Figures("broker-killed-and-stopped")
                        .with("kills", kills)
                        .with("stopped for, seconds", Settings.outage().toSeconds());
                reached.add(figures, publishers, users, lost);
                figures.with("users refused", users.refused().size() + users.unanswered())
                        .with("slowest user", List.of(users.slowest()))
                        .with("log lines while stopped", lines.size())
                        .with("of one cause", worstCause)
                        .with("port open to 202", back.toAccept)
                        .with("to consumers", back.toDeliver)
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(users.refused()).isEmpty();
                assertThat(users.unanswered()).isZero();
                assertThat(worstCause)
                        .as(String.join("\n", lines))
                        .isLessThanOrEqualTo(Settings.outage().toSeconds() + 1);
            }
        }
    }

    /** The node itself stays up, so that its own start is not measured. */
    @Test
    void hubIsBackWithinASecondOfThePortsOpening(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        var servers = new HashMap<>(SharedNodes.newProperties());
        var address = URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
        try (var broker = TcpProxy.to(address.getHost(), address.getPort());
                var system = new OtherSystem()) {
            servers.put(
                    "spring.rabbitmq.addresses",
                    address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/"));
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var users = new NewUsers(List.of(client));
                var back = new Back(publishers, system);
                new Load()
                        .with(8, 100, publishers::publish)
                        .with(2, 10, users::create)
                        .during(() -> {
                            for (int cut = 0; cut < CUTS; cut++) {
                                publishers.awaitAccepted(50);
                                broker.refuse();
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500 + random.nextInt(3_000)));
                                broker.forward();
                                back.measure();
                            }
                            publishers.awaitAccepted(50);
                        });
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                var figures = new Figures("broker-back").with("outages", CUTS);
                reached.add(figures, publishers, users, lost);
                figures.with("port open to 202", back.toAccept)
                        .with("to consumers", back.toDeliver)
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(users.refused()).isEmpty();
                // the worst is the machine's, which others use too
                assertThat(Figures.median(back.toAccept)).isLessThan(TimeUnit.SECONDS.toNanos(1));
                assertThat(Figures.median(back.toDeliver)).isLessThan(TimeUnit.SECONDS.toNanos(1));
            }
        }
    }

    /** How long after now, when the port has just opened, a publisher is accepted and a subscriber served. */
    private record Back(Publishers publishers, OtherSystem system, List<Long> toAccept, List<Long> toDeliver) {

        Back(Publishers publishers, OtherSystem system) {
            this(publishers, system, new ArrayList<>(), new ArrayList<>());
        }

        void measure() {
            var opened = System.nanoTime();
            var heard = system.heardBy("plain-one");
            var before = heard.ids().size();
            var accepted = publishers.lastAcceptedAt();
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> {
                        if (publishers.lastAcceptedAt() != accepted && toAccept.size() == toDeliver.size()) {
                            toAccept.add(System.nanoTime() - opened);
                        }
                        return toAccept.size() > toDeliver.size() && heard.ids().size() > before;
                    });
            toDeliver.add(System.nanoTime() - opened);
        }
    }

    private static void awaitPort(int port) {
        await().atMost(Duration.ofMinutes(2)).pollInterval(Duration.ofMillis(5)).until(() -> {
            try (var probe = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return probe.isConnected();
            } catch (IOException closed) {
                return false;
            }
        });
    }

    /** Lines that differ in numbers only are of one cause. */
    private static long linesOfWorstCause(List<String> lines) {
        Map<String, Long> causes =
                lines.stream().collect(groupingBy(line -> line.replaceAll("[0-9a-f-]{8,}|[0-9]+", "#"), counting()));
        return causes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
