// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.PostgresNode;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL is stopped under load, or loses its connections in mid-transaction. */
@Tag("crash")
@HubServices
class DatabaseOutagesJourney {

    /** Twice what the reader of failures takes in one batch: its prefetch. */
    private static final long PREFETCH_OF_FAILURES = 100;

    private static final int HEAP_MB = 256;

    @Test
    void failuresWaitOnTheBrokerWhileTheDatabaseIsStopped(@TempDir Path folder) throws Exception {
        // large, so that what waited in memory would show
        var body = "\"" + "x".repeat(50_000) + "\"";
        var broker = URI.create(String.valueOf(SharedNodes.newProperties().get("spring.rabbitmq.addresses")));
        var broken = new AtomicBoolean(true);
        try (var postgres = PostgresNode.startPrivate();
                var system = new OtherSystem()) {
            system.answerBy(call ->
                    call.subscription().equals("flaky") && broken.get() ? OtherSystem.BROKEN : OtherSystem.TAKEN);
            var database = postgres.newDatabase();
            var servers = Map.of(
                    "spring.rabbitmq.addresses", broker.toString(),
                    "spring.datasource.url", database.jdbcUrl(),
                    "spring.datasource.username", database.user(),
                    "spring.datasource.password", database.password());
            try (var hub = Hubs.in(folder, servers, system)
                    .jvm("-Xmx" + HEAP_MB + "m")
                    .start()
                    .awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var failing = new Publishers(List.of(client), "crash.flaky", body);
                var users = new NewUsers(List.of(client));
                var most = new Waiting(0, 0, 0);
                var back = new long[1];
                new Load()
                        .with(4, 50, publishers::publish)
                        .with(8, 100, failing::publish)
                        .with(2, 10, users::create)
                        .during(() -> {
                            publishers.awaitAccepted(50);
                            postgres.stop();
                            var stopped = System.nanoTime();
                            while (System.nanoTime() - stopped
                                    < Settings.outage().toNanos()) {
                                most.note(queueOfFailures(broker), heap(client));
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
                            }
                            postgres.start();
                            back[0] = System.nanoTime();
                            var before = users.created().size();
                            await().atMost(Duration.ofMinutes(1))
                                    .pollInterval(Duration.ofMillis(10))
                                    .until(() -> users.created().size() > before);
                            back[0] = System.nanoTime() - back[0];
                        });
                broken.set(false);
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                var failed = system.heardBy("flaky").ids();
                await().atMost(Duration.ofMinutes(5))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> failed.containsAll(failing.accepted())
                                && client.items("/api/failures?state=RETRYING").isEmpty());
                var failures = client.items("/api/failures?");
                var figures = new Figures("database-stopped")
                        .with("stopped for, seconds", Settings.outage().toSeconds());
                reached.add(figures, publishers, users, lost);
                figures.with("users refused (503)", users.refused().getOrDefault(503, 0L))
                        .with("failing events (202)", failing.accepted().size())
                        .with("parked", failures.size())
                        .with("of them waiting in serai.failures at most", most.messages)
                        .with("un-acknowledged at most", most.unacknowledged)
                        .with("their bodies, MB", (failures.size() * (long) body.length()) >> 20)
                        .with("heap at most, MB", most.heap >> 20)
                        .with("database back to first user", List.of(back[0]))
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(users.refused().keySet())
                        .as(users.examples().toString())
                        .isSubsetOf(503);
                assertThat(failures)
                        .extracting(failure -> failure.path("state").asText())
                        .containsOnly("RESOLVED");
                assertThat(failures)
                        .extracting(failure -> failure.path("eventId").asText())
                        .doesNotHaveDuplicates();
                assertThat(most.unacknowledged).isLessThanOrEqualTo(PREFETCH_OF_FAILURES);
                assertThat(most.messages).isGreaterThan(2 * PREFETCH_OF_FAILURES);
                assertThat(hub.output()).doesNotContain("OutOfMemoryError");
            }
        }
    }

    @Test
    void noPairIsHalfDoneWhenConnectionsBreakInMidTransaction(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        var cuts = 5 * Settings.kills();
        var servers = new HashMap<>(SharedNodes.newProperties());
        var url = String.valueOf(servers.get("spring.datasource.url"));
        var address = URI.create(url.substring("jdbc:".length()));
        try (var database = TcpProxy.to(address.getHost(), address.getPort());
                var system = new OtherSystem()) {
            servers.put(
                    "spring.datasource.url", url.replace(":" + address.getPort() + "/", ":" + database.port() + "/"));
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var users = new NewUsers(List.of(client));
                new Load()
                        .with(8, 100, publishers::publish)
                        .with(16, 200, users::create)
                        .during(() -> {
                            for (int cut = 0; cut < cuts; cut++) {
                                var before = users.created().size();
                                await().atMost(Duration.ofMinutes(1))
                                        .pollInterval(Duration.ofMillis(5))
                                        .until(() -> users.created().size() > before + 20);
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(300)));
                                database.cut();
                            }
                        });
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                var half = lost.getOrDefault("users", Set.of());
                var figures = new Figures("connections-cut").with("cuts", cuts);
                reached.add(figures, publishers, users, lost);
                figures.with("users refused (503)", users.refused().getOrDefault(503, 0L))
                        .with("users refused (500)", users.refused().getOrDefault(500, 0L))
                        .with("half-done pairs", half.size())
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(users.refused().keySet())
                        .as(() -> users.examples() + "\n" + firstError(hub.output()))
                        .isSubsetOf(503);
            }
        }
    }

    private static String firstError(String output) {
        var lines = output.lines().toList();
        return lines.stream()
                .filter(line -> line.contains(" ERROR "))
                .findFirst()
                .map(lines::indexOf)
                .map(from -> String.join("\n", lines.subList(from, Math.min(lines.size(), from + 120))))
                .orElse("no error in the log");
    }

    /** The most that was seen of each. */
    private static final class Waiting {

        private long messages;
        private long unacknowledged;
        private long heap;

        Waiting(long messages, long unacknowledged, long heap) {
            this.messages = messages;
            this.unacknowledged = unacknowledged;
            this.heap = heap;
        }

        void note(JsonNode queue, long used) {
            messages = Math.max(messages, queue.path("messages").asLong());
            unacknowledged = Math.max(
                    unacknowledged, queue.path("messages_unacknowledged").asLong());
            heap = Math.max(heap, used);
        }
    }

    private static JsonNode queueOfFailures(URI broker) throws IOException {
        return new ObjectMapper()
                .readTree(SharedNodes.rabbit().management("GET", "/api/queues" + broker.getPath() + "/serai.failures"));
    }

    private static long heap(HubClient client) throws IOException {
        return HubClient.json(client.get("/actuator/metrics/jvm.memory.used?tag=area:heap"))
                .at("/measurements/0/value")
                .asLong();
    }
}
