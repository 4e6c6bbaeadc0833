// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that is killed under load takes some of its counts along; the ledger says so, and raises no alarm. */
@Tag("long")
class LedgerAfterKillJourney {

    private static final Duration SOON = Duration.ofSeconds(90);
    private static final String ROUTE = """
            - route:
                id: take
                from:
                  uri: event:test.load
                  parameters:
                    subscription: take
                  steps:
                    - setBody:
                        constant: ""
            """;

    @TempDir
    Path folder;

    @Test
    void whatAKilledHubHadUnderWayIsUncertainAndNoAlarm() throws Exception {
        Files.createDirectories(folder.resolve("routes"));
        Files.writeString(folder.resolve("routes/take.camel.yaml"), ROUTE);
        try (var hub = HubProcess.in(folder)
                .with("serai.routes.directory", "routes")
                .with("serai.bus.publisher.confirm-timeout", "1s")
                .with("serai.ledger.window", "1s")
                .with("serai.ledger.flush", "500ms")
                .with("serai.ledger.round", "300ms")
                .with("serai.ledger.alarm-after", "2s")) {
            var client = new HubClient(hub.start().awaitReady());
            for (int kill = 0; kill < 3; kill++) {
                killUnderLoad(hub, client);
                hub.start().awaitReady();
            }
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(lines(client, ""))
                            .anyMatch(line -> line.path("uncertain").asBoolean()));
            var calm = Instant.now();
            client.send("POST", "/api/events/test.load", "{}");
            await().atMost(SOON)
                    .untilAsserted(() -> assertThat(lines(client, "&since=" + calm))
                            .anyMatch(line -> line.path("state").asText().equals("BALANCED")
                                    && !line.path("uncertain").asBoolean()));

            assertThat(lines(client, "&state=alarm")).isEmpty();
            assertThat(hub.output()).doesNotContain("LEDGER_DIFFERENCE");
        }
    }

    private static void killUnderLoad(HubProcess hub, HubClient client) {
        var killed = new AtomicBoolean();
        var load = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> {
                    while (!killed.get()) {
                        try {
                            client.send("POST", "/api/events/test.load", "{}");
                        } catch (IOException gone) {
                            return;
                        }
                    }
                }))
                .toList();
        await().atMost(SOON).untilAsserted(() -> assertThat(lines(client, "")).isNotEmpty());
        hub.kill9();
        killed.set(true);
        load.forEach(CompletableFuture::join);
    }

    private static List<JsonNode> lines(HubClient client, String filter) throws IOException {
        var page = HubClient.json(client.get("/api/ledger?subscription=take&limit=500" + filter));
        return StreamSupport.stream(page.path("items").spliterator(), false).toList();
    }
}
