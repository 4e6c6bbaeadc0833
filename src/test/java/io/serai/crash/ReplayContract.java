// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The hub is killed in the middle of a replay of many dead letters; on whatever broker and database. */
@Tag("crash")
abstract class ReplayContract {

    abstract Map<String, String> servers();

    abstract String proof();

    @Test
    void everyDeadLetterIsReplayedAndHasItsEffectOnce(@TempDir Path folder) throws Exception {
        var broken = new AtomicBoolean(true);
        try (var system = new OtherSystem();
                var hub = Hubs.in(folder, servers(), system)
                        .with("serai.failure.rate", 2_000)
                        .start()
                        .awaitReady()) {
            system.answerBy(call -> broken.get() ? OtherSystem.BROKEN : OtherSystem.TAKEN);
            var client = new HubClient(hub);
            var publishers = new Publishers(client, "crash.replayed");
            new Load()
                    .with(16, 2_000, () -> publishers.publishUpTo(Settings.replays()))
                    .during(() -> await().atMost(Duration.ofMinutes(10))
                            .until(() -> publishers.accepted().size() == Settings.replays()));
            await().atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> dead(client) == Settings.replays());
            broken.set(false);

            var job = json(client.send(
                            "POST",
                            "/api/jobs",
                            "{\"kind\":\"replay\",\"select\":{\"subscription\":\"replayed\"},\"rate\":2000,\"reason\":\"mended\"}"))
                    .path("id")
                    .asText();
            var taken = system.heardBy("replayed");
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofMillis(5))
                    .until(() -> taken.ids().size() >= Settings.replays() / 3);
            hub.kill9();
            var before = taken.ids().size();
            var killed = System.nanoTime();
            hub.start().awaitReady();
            await().atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> !json(client.get("/api/jobs/" + job))
                            .path("state")
                            .asText("RUNNING")
                            .equals("RUNNING"));
            var took = System.nanoTime() - killed;

            var done = json(client.get("/api/jobs/" + job));
            var failures = client.items("/api/failures?subscription=replayed");
            var effects = new Reached(client, system).effects();
            var lost = new HashSet<>(publishers.accepted());
            lost.removeAll(effects);
            new Figures(proof())
                    .with("dead letters", done.path("selected").asLong())
                    .with("told before the kill", before)
                    .with("replayed and resolved", done.path("resolved").asLong())
                    .with("told twice", taken.duplicates())
                    .with(
                            "counted as duplicates",
                            failures.stream()
                                    .mapToLong(each -> each.path("duplicates").asLong())
                                    .sum())
                    .with("effects", effects.size())
                    .with("effects twice", effects.size() - new HashSet<>(effects).size())
                    .with("lost", lost.size())
                    .with("kill to the job's end", List.of(took))
                    .keep();
            assertThat(before).as("killed in the middle").isLessThan(Settings.replays());
            assertThat(done.path("state").asText()).isEqualTo("DONE");
            assertThat(done.path("resolved").asInt()).isEqualTo(Settings.replays());
            assertThat(lost).isEmpty();
            assertThat(effects).doesNotHaveDuplicates();
            assertThat(failures)
                    .extracting(failure -> failure.path("eventId").asText())
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(publishers.accepted());
        }
    }

    private static long dead(HubClient client) throws IOException {
        long dead = 0;
        for (var group : client.items("/api/failures/groups?")) {
            dead += group.path("dead").asLong();
        }
        return dead;
    }
}
