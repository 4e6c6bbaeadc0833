// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs on one database, each with its own folder: each applies what it is given, and both say who runs what. */
@HubServices
class ServersHubsIT {

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final String FILE = "t/shared.camel.yaml";

    private final HttpClient http = HttpClient.newHttpClient();

    private static String text(String answer) {
        return """
                - route:
                    id: shared
                    from:
                      uri: platform-http:/t/shared
                      steps:
                        - setBody:
                            constant: %s
                """.formatted(answer);
    }

    private String get(URI uri) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri).timeout(LONG).build(), BodyHandlers.ofString())
                .body();
    }

    @Test
    void eachHubAppliesItsOwnFilesAndBothSayWhoRunsWhat(@TempDir Path folder) throws Exception {
        var servers = SharedNodes.newProperties();
        var routes = folder.resolve("other/routes");
        Files.createDirectories(routes.resolve("t"));
        var otherFile = routes.resolve(FILE);
        Files.writeString(otherFile, text("first"));
        try (var one = EditedHub.start(folder.resolve("one"), servers);
                var other = HubProcess.in(folder.resolve("other"))
                        .with(servers)
                        .with("serai.routes.directory", routes)
                        .start()
                        .awaitReady()) {
            one.write(FILE, text("first")).awaitLive(FILE);
            var names = List.of(name(one.uri("/api/routes")), name(other.uri("/api/routes")));
            assertThat(names).doesNotHaveDuplicates();
            for (var at : List.of(one.uri("/api/routes/shared"), other.uri("/api/routes/shared"))) {
                awaitHubs(at, names);
                // one content is one version, whoever applies it
                assertThat(JsonPath.<Integer>read(get(at), "$.version")).isEqualTo(1);
            }

            one.write(FILE, text("second")).awaitLive(FILE);
            assertThat(one.get("/t/shared").body()).isEqualTo("second");
            assertThat(get(other.uri("/t/shared"))).isEqualTo("first");
            awaitHubs(one.uri("/api/routes/shared"), names.subList(0, 1));
            awaitHubs(other.uri("/api/routes/shared"), names.subList(1, 2));

            // a bad file at one hub is that hub's
            Files.writeString(otherFile, text("second").replace("setBody", "setBoddy"));
            await().atMost(LONG).until(() -> get(other.uri("/api/route-files")).contains("REFUSED"));
            assertThat(one.get("/api/route-files").body()).doesNotContain("REFUSED");

            Files.writeString(otherFile, text("second"));
            await().atMost(LONG).until(() -> get(other.uri("/t/shared")).equals("second"));
            awaitHubs(one.uri("/api/routes/shared"), names);
            awaitHubs(other.uri("/api/routes/shared"), names);

            other.stop();
            awaitHubs(one.uri("/api/routes/shared"), names.subList(0, 1));
        }
    }

    private String name(URI routes) throws IOException, InterruptedException {
        return JsonPath.read(get(routes), "$.hub");
    }

    private void awaitHubs(URI route, List<String> names) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(JsonPath.<List<String>>read(get(route), "$.hubs"))
                        .containsExactlyInAnyOrderElementsOf(names));
    }
}
