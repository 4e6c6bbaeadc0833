// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import io.serai.journey.HubClient;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One message in a thousand ends whatever hub handles it, in each kind of subscription; on whatever broker and database. */
@Tag("crash")
abstract class DeadlyMessageContract {

    private static final List<String> KINDS = List.of("plain", "transacted", "in-order", "batches", "queue");
    private static final int MESSAGES = 1000;
    private static final int BAD = 500;
    /** Three deaths each, and a few that are counted for none. */
    private static final int MOST_DEATHS = KINDS.size() * 4;

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

    abstract Map<String, String> servers();

    abstract URI broker(Path folder, Map<String, String> servers) throws IOException;

    abstract String proof();

    @Test
    void itIsGivenUpAndAllOthersAreDone(@TempDir Path folder) throws Exception {
        Files.copy(
                Path.of("src/test/resources/crash/Deadly.java"),
                Files.createDirectories(folder.resolve("routes/deadly")).resolve("Deadly.java"));
        var servers = servers();
        try (var hub = HubProcess.in(folder)
                .with(servers)
                .with("serai.routes.directory", folder.resolve("routes"))
                .start()
                .awaitReady()) {
            publish(new HubClient(hub));
            publish(broker(folder, servers));
            Files.createFile(folder.resolve("armed"));
            var deaths = 0;
            for (; deaths <= MOST_DEATHS && !endsWell(hub, folder); deaths++) {
                assertThat(hub.isAlive()).isFalse();
                hub.launch();
            }
            assertThat(deaths).as("deaths").isLessThanOrEqualTo(MOST_DEATHS);
            var failures = new HubClient(hub).items("/api/failures?");
            new Figures(proof())
                    .with("messages", (long) KINDS.size() * MESSAGES)
                    .with("of them deadly", KINDS.size())
                    .with("deaths", deaths)
                    .with("given up", failures.size())
                    .keep();
            assertThat(failures).hasSize(KINDS.size()).allSatisfy(failure -> {
                assertThat(failure.path("state").asText()).isEqualTo("DEAD");
                assertThat(failure.path("exception").asText()).endsWith("DeadlyMessage");
            });
            assertThat(givenUp(hub)).containsExactlyInAnyOrderElementsOf(KINDS);
            for (var kind : KINDS) {
                assertThat(done(folder, kind)).as(kind).hasSize(MESSAGES - 1);
            }
        }
    }

    /** False when the hub has died once more. */
    private static boolean endsWell(HubProcess hub, Path folder) {
        await().atMost(LONG_ENOUGH)
                .untilAsserted(() -> assertThat(!hub.isAlive() || isDone(hub, folder))
                        .as(() -> state(hub, folder))
                        .isTrue());
        return hub.isAlive();
    }

    private static boolean isDone(HubProcess hub, Path folder) throws IOException {
        for (var kind : KINDS) {
            if (done(folder, kind).size() < MESSAGES - 1) {
                return false;
            }
        }
        return givenUp(hub).containsAll(KINDS);
    }

    private static Set<String> givenUp(HubProcess hub) throws IOException {
        return new HubClient(hub)
                .items("/api/failures?").stream()
                        .map(failure -> failure.path("origin").asText().replaceFirst("queue:deadly[.]", ""))
                        .collect(Collectors.toSet());
    }

    private static String state(HubProcess hub, Path folder) {
        try {
            var state = new TreeMap<String, Object>();
            for (var kind : KINDS) {
                state.put(kind, done(folder, kind).size());
            }
            state.put("given up", hub.isAlive() ? givenUp(hub) : "not known");
            return state.toString();
        } catch (IOException starting) {
            return starting.toString();
        }
    }

    private static Set<String> done(Path folder, String kind) throws IOException {
        try {
            return new TreeSet<>(Files.readAllLines(folder.resolve(kind + ".done")));
        } catch (NoSuchFileException none) {
            return new TreeSet<>();
        }
    }

    private static void publish(HubClient hub) throws IOException {
        for (int number = 0; number < MESSAGES; number++) {
            var answer = hub.send(
                    "POST",
                    "/api/events",
                    body(number),
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    "deadly-" + number,
                    "ce-source",
                    "/crash",
                    "ce-type",
                    "deadly.thing");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
    }

    private static void publish(URI broker) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(broker);
        try (var connection = factory.newConnection("deadly");
                var channel = connection.createChannel()) {
            channel.queueDeclare("deadly.queue", true, false, false, null);
            channel.confirmSelect();
            for (int number = 0; number < MESSAGES; number++) {
                channel.basicPublish(
                        "",
                        "deadly.queue",
                        MessageProperties.PERSISTENT_BASIC,
                        body(number).getBytes(StandardCharsets.UTF_8));
            }
            channel.waitForConfirmsOrDie();
        }
    }

    private static String body(int number) {
        return number == BAD ? "\"bad\"" : "\"good-" + number + "\"";
    }
}
