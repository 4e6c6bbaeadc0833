// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub with everything embedded is told to stop, as by Ctrl-C. */
class StopSignalIT {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String ROUTE = """
            - route:
                id: slow
                from:
                  uri: event:work.asked
                  parameters:
                    subscription: slow
                  steps:
                    - log: "work begun"
                    - delay:
                        constant: 2000
                    - log: "work ended"
            """;

    @TempDir
    Path folder;

    @Test
    void whatIsUnderWayIsDoneAndNotDoneAgainAndTheLogIsQuiet() throws Exception {
        Files.writeString(Files.createDirectories(folder.resolve("routes")).resolve("slow.camel.yaml"), ROUTE);
        try (var hub = HubProcess.in(folder).start().awaitReady()) {
            ask(hub);
            await().atMost(SOON).until(() -> count(hub, "work begun") == 1);

            hub.stop();

            assertThat(count(hub, "work ended")).isEqualTo(1);
            assertThat(hub.output())
                    .doesNotContain(" ERROR ")
                    .doesNotContain(" WARN ")
                    .contains("broker stopped");

            hub.start().awaitReady();
            ask(hub);
            await().atMost(SOON).until(() -> count(hub, "work ended") == 2);
            assertThat(count(hub, "work begun")).isEqualTo(2);
        }
    }

    private static int count(HubProcess hub, String text) {
        return hub.output().split(text, -1).length - 1;
    }

    private static void ask(HubProcess hub) throws IOException, InterruptedException {
        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(hub.uri("/api/events/work.asked"))
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofString("{}"))
                                .build(),
                        BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }
}
