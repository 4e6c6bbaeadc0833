// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A careless publisher uses each id for several events; all of them fail under load, and the hub is killed meanwhile. */
@Tag("crash")
@HubServices
class ReusedIdsJourney {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(4);
    private static final int CONTENTS = 3;
    private static final String SUBSCRIPTION = "flaky";

    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicBoolean broken = new AtomicBoolean(true);

    @Test
    void eachContentIsAFailureOfItsOwnAndSucceedsInTheEnd(@TempDir Path folder) throws Exception {
        var kills = Math.max(1, Settings.kills() / 5);
        try (var system = new OtherSystem()) {
            system.answerBy(call ->
                    call.subscription().equals(SUBSCRIPTION) && broken.get() ? OtherSystem.BROKEN : OtherSystem.TAKEN);
            try (var hub = Hubs.in(folder, SharedNodes.newProperties(), system)
                    // none may end while it is broken
                    .with("serai.failure.policies.quick.delays", "2s" + ",2s".repeat(500))
                    .start()
                    .awaitReady()) {
                var client = new HubClient(hub);
                new Load().with(4, 30, () -> publish(client)).during(() -> {
                    for (int kill = 0; kill < kills; kill++) {
                        var before = accepted.size();
                        await().atMost(LONG_ENOUGH).until(() -> accepted.size() >= before + 60);
                        hub.kill9();
                        hub.start().awaitReady();
                    }
                });
                await().atMost(LONG_ENOUGH).ignoreExceptions().until(() -> failures(client) >= accepted.size());
                broken.set(false);
                await().atMost(LONG_ENOUGH)
                        .ignoreExceptions()
                        .until(() ->
                                client.items("/api/failures?state=RETRYING").isEmpty());
                var taken = system.heardBy(SUBSCRIPTION).taken().stream()
                        .map(OtherSystem.Call::subject)
                        .toList();
                var lost = new HashSet<>(accepted);
                taken.forEach(lost::remove);
                var status = client.items("/api/failures?").stream()
                        .collect(Collectors.groupingBy(
                                failure -> failure.path("state").asText(), Collectors.counting()));
                new Figures("reused-ids")
                        .with("kills", kills)
                        .with("accepted (202)", accepted.size())
                        .with("ids", (accepted.size() + CONTENTS - 1) / CONTENTS)
                        .with("failures", failures(client))
                        .with("told twice", taken.size() - new HashSet<>(taken).size())
                        .with("lost", lost.size())
                        .keep();
                assertThat(lost).isEmpty();
                assertThat(status).containsOnlyKeys("RESOLVED");
                assertThat(failures(client)).isEqualTo(accepted.size());
            }
        }
    }

    /** The subject names the content. */
    private void publish(HubClient client) throws IOException {
        var number = numbers.getAndIncrement();
        var id = "reused-" + number / CONTENTS;
        var subject = id + "-" + number % CONTENTS;
        while (!Thread.currentThread().isInterrupted()) {
            try {
                var answer = client.send(
                        "POST",
                        "/api/events",
                        "{\"n\":%d}".formatted(number),
                        "ce-specversion",
                        "1.0",
                        "ce-id",
                        id,
                        "ce-source",
                        "/crash",
                        "ce-type",
                        "crash.flaky",
                        "ce-subject",
                        subject);
                if (answer.statusCode() == 202) {
                    accepted.add(subject);
                    return;
                }
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(503);
            } catch (IOException noAnswer) {
                Thread.onSpinWait();
            }
            java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
        }
    }

    private static int failures(HubClient client) throws IOException {
        return client.items("/api/failures?").size();
    }
}
