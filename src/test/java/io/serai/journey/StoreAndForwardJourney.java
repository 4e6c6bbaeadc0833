// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub that holds events in its outbox, since its broker is away, is killed. */
@HubServices
@Tag("long")
class StoreAndForwardJourney {

    private static final int SUBJECTS = 5;

    @Test
    void whatWasAcceptedWhileTheBrokerWasAwaySurvivesAKillAndComesBeforeWhatFollows(@TempDir Path folder)
            throws Exception {
        var address = SharedNodes.rabbit().newVhost();
        var routes = Files.createDirectories(folder.resolve("routes"));
        try (var broker = TcpProxy.to(address.getHost(), address.getPort());
                var hub = HubProcess.in(folder)
                        .with("serai.routes.directory", routes)
                        .with(
                                "spring.rabbitmq.addresses",
                                address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/"))) {
            broker.refuse();
            hub.start();
            var client = new HubClient(hub);
            var accepted = new LinkedHashMap<String, List<String>>();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> client.get("/actuator/health/readiness").statusCode() == 200);
            for (int number = 0; number < 200; number++) {
                publish(client, number, accepted);
            }

            hub.kill9();
            hub.start();
            for (int number = 200; number < 300; number++) {
                publish(client, number, accepted);
            }
            broker.forward();
            for (int number = 300; number < 600; number++) {
                publish(client, number, accepted);
            }

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(client.events("type=kept")).hasSize(600));
            accepted.forEach((subject, ids) ->
                    assertThat(stored(client, subject)).as(subject).isEqualTo(ids));
        }
    }

    private static void publish(HubClient client, int number, Map<String, List<String>> accepted) throws IOException {
        var subject = "s" + number % SUBJECTS;
        var answer = client.send("POST", "/api/events/kept?subject=" + subject, Integer.toString(number));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        accepted.computeIfAbsent(subject, each -> new ArrayList<>())
                .add(json(answer).path("id").asText());
    }

    private static List<String> stored(HubClient client, String subject) {
        try {
            return client.events("type=kept&subject=" + subject).stream()
                    .map(event -> event.path("id").asText())
                    .toList();
        } catch (IOException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
