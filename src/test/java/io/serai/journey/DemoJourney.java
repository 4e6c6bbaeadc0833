// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What a newcomer does who has nothing but the hub. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DemoJourney {

    private static final String RECORDS = "/api/demo/warehouse/records";

    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private HubProcess hub;
    private HubClient client;

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder)
                .with("serai.heartbeat.period", "200ms")
                .start()
                .awaitReady();
        client = new HubClient(hub);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void aPersonPlaysTheWarehouseHost() throws IOException {
        assertThat(send("{\"record\":\"STK|WIDGET-7|EAST|42|1001|20261121083000\"}"))
                .isEqualTo(202);
        assertThat(send("{\"record\":\"STK|WIDGET-7|EAST|4|1002|20261121083500\"}"))
                .isEqualTo(202);

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(json(client.get("/api/stock/WIDGET-7"))
                                .path("quantity")
                                .asLong())
                        .isEqualTo(4));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(
                                client.get("/api/demo/warehouse/commands").body())
                        .contains("\"RRQ|R-WIDGET-7-1002|WIDGET-7|EAST|50|20261121083500\""));
        assertThat(hub.output()).as("the queues were there from the start").doesNotContain("queue is not there");
    }

    @Test
    void onlyTheLastHundredCommandsAreKept() throws IOException {
        for (int i = 1; i <= 110; i++) {
            assertThat(send("{\"record\":\"STK|MANY-%d|EAST|0|1|20261121083000\"}".formatted(i)))
                    .isEqualTo(202);
        }

        await().atMost(SOON).untilAsserted(() -> {
            var commands = json(client.get("/api/demo/warehouse/commands")).path("items");
            assertThat(commands.size()).isEqualTo(100);
            assertThat(commands.toString()).contains("R-MANY-110-1").doesNotContain("R-MANY-1-1");
        });
    }

    @Test
    void whatIsNoRecordAtAllIsRefused() throws IOException {
        for (var body : new String[] {"", "{}", "[]", "{\"record\":7}", "{", "null"}) {
            assertThat(send(body)).as(body).isBetween(400, 499);
        }
    }

    @Test
    void hubTellsThatItLives() throws IOException {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(client.events("type=system.heartbeat"))
                        .hasSizeGreaterThan(2)
                        .allSatisfy(beat -> assertThat(beat.path("subject").asText())
                                .isEqualTo(beat.path("data").path("host").asText())));
    }

    private int send(String record) throws IOException {
        return client.send("POST", RECORDS, record).statusCode();
    }
}
