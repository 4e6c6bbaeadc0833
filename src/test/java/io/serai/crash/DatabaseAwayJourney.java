// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.PostgresNode;
import io.serai.testing.RabbitNode;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** While PostgreSQL is stopped the connection to RabbitMQ flaps. */
@Tag("crash")
@HubServices
class DatabaseAwayJourney {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);
    private static final int HEAP_MB = 256;
    /** Of the busiest hub at rest about 90; each connection, channel or reader that is left behind would add to it. */
    private static final int MORE_THREADS = 60;

    @Test
    void nothingPilesUpWhileTheBrokersConnectionFlaps(@TempDir Path folder) throws Exception {
        var flaps = 3 * Settings.kills();
        try (var rabbit = RabbitNode.startPrivate();
                var broker = TcpProxy.to(rabbit.host(), rabbit.port());
                var postgres = PostgresNode.startPrivate();
                var system = new OtherSystem();
                var hub = hub(folder, throughProxy(rabbit, broker), postgres, system)) {
            var client = new HubClient(hub);
            var publishers = new Publishers(client, "crash.event");
            var users = new NewUsers(List.of(client));
            var most = new long[3];
            new Load()
                    .with(4, 50, publishers::publish)
                    .with(2, 10, users::create)
                    .during(() -> {
                        publishers.awaitAccepted(50);
                        most[0] = meter(client, "jvm.threads.live");
                        postgres.stop();
                        for (int flap = 0; flap < flaps; flap++) {
                            broker.cut();
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(700));
                            most[1] = Math.max(most[1], meter(client, "jvm.threads.live"));
                            most[2] = Math.max(most[2], lanes(hub));
                        }
                        postgres.start();
                        publishers.awaitAccepted(50);
                    });
            var figures = new Figures("database-away-broker-flaps")
                    .with("flaps", flaps)
                    .with("threads before", most[0])
                    .with("threads at most", most[1])
                    .with("readers of subscriptions at most", most[2]);
            assertAllArrived(client, system, publishers, users, figures);
            assertThat(most[1]).isLessThan(most[0] + MORE_THREADS);
            assertThat(hub.output()).doesNotContain("OutOfMemoryError");
            await().atMost(LONG_ENOUGH).until(() -> lanes(hub) <= most[2]);
        }
    }

    private static HubProcess hub(Path folder, String broker, PostgresNode postgres, OtherSystem system)
            throws IOException {
        var database = postgres.newDatabase();
        var servers = Map.of(
                "spring.rabbitmq.addresses", broker,
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password());
        return Hubs.in(folder, servers, system)
                .jvm("-Xmx" + HEAP_MB + "m")
                .start()
                .awaitReady();
    }

    private static String throughProxy(RabbitNode rabbit, TcpProxy proxy) {
        return rabbit.uri().toString().replace(":" + rabbit.port(), ":" + proxy.port());
    }

    private static void assertAllArrived(
            HubClient client, OtherSystem system, Publishers publishers, NewUsers users, Figures figures)
            throws IOException {
        var reached = new Reached(client, system);
        var lost = reached.missing(publishers, users);
        reached.add(figures, publishers, users, lost);
        figures.keep();
        reached.assertNothingLostAndEffectsOnce(lost);
        assertThat(new HashSet<>(reached.effects())).containsAll(publishers.accepted());
        assertThat(users.refused().keySet()).as(users.examples().toString()).isSubsetOf(503);
    }

    private static long meter(HubClient client, String name) throws IOException {
        return HubClient.json(client.get("/actuator/metrics/" + name))
                .at("/measurements/0/value")
                .asLong();
    }

    /** Threads that hand on events; a reader that is left behind keeps its own. */
    private static long lanes(HubProcess hub) throws IOException, InterruptedException {
        var dump = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(hub.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .start();
        try (var text = dump.inputReader()) {
            return text.lines().filter(line -> line.startsWith("\"lane-")).count();
        }
    }
}
