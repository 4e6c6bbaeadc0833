// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.EventPublisher;
import io.serai.testing.HubInside;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** One name, wherever a hub is named. */
@ExtendWith(OutputCaptureExtension.class)
class HubNameIT {

    /** With characters that mean something in a pattern of the log. */
    private static final String NAME = "crm%hub(1)";

    @TempDir
    Path folder;

    @Test
    void aHubHasItsNameInRunsLeasesLivesRegistryFailuresInfoMetersAndLog(CapturedOutput output) throws Exception {
        try (var hub =
                HubInside.start(folder, Map.of(), "--serai.hub.name=" + NAME, "--serai.registry.services=parcels")) {
            var jdbc = hub.getBean(JdbcTemplate.class);
            await().atMost(Duration.ofSeconds(40)).until(hub.getBean(EventPublisher.class)::isUp);

            await().atMost(Duration.ofSeconds(40)).untilAsserted(() -> {
                assertThat(jdbc.queryForList("SELECT holder FROM lease", String.class))
                        .isNotEmpty()
                        .allMatch(holder -> holder.startsWith(NAME + "/"));
                assertThat(jdbc.queryForList("SELECT id FROM hub_life", String.class))
                        .singleElement()
                        .asString()
                        .startsWith(NAME + "/");
                assertThat(jdbc.queryForList("SELECT name FROM route_hub", String.class))
                        .containsExactly(NAME);
                assertThat(jdbc.queryForList("SELECT instance FROM service_instance", String.class))
                        .singleElement()
                        .asString()
                        .startsWith("crm-hub-1--");
            });
            assertThat(get(hub, "/api/routes").path("hub").asText()).isEqualTo(NAME);
            assertThat(get(hub, "/actuator/info").at("/hub/name").asText()).isEqualTo(NAME);
            assertThat(hub.getBean(MeterRegistry.class)
                            .get("serai.bus.up")
                            .gauge()
                            .getId()
                            .getTag("hub"))
                    .isEqualTo(NAME);
            assertThat(output.getOut().lines()).anyMatch(line -> line.contains("[" + NAME + "] "));

            jdbc.update("INSERT INTO failure_audit (noted_at, who, action, target, reason, detail) "
                    + "VALUES (CURRENT_TIMESTAMP, 'ann', 'RULES', 'before', 'none', '{}')");
            put(hub, "/api/failures/rules", "{\"reason\":\"none\",\"rules\":[]}");
            var audit = get(hub, "/api/failures/audit").path("items");
            assertThat(audit.findValuesAsText("hub")).contains(NAME);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "two words", "größe", "x234567890123456789012345678901234567890123456789012345678901234x"})
    void aNameThatIsNoneRefusesTheStart(String name, CapturedOutput output) {
        assertThatThrownBy(() -> HubInside.start(folder, Map.of(), "--serai.hub.name=" + name));
        assertThat(output.getOut())
                .contains("serai.hub.name")
                .contains("expected 1 to 64 visible ASCII characters, without spaces");
    }

    private static JsonNode get(ConfigurableApplicationContext hub, String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(hub, path)).build());
    }

    private static void put(ConfigurableApplicationContext hub, String path, String body) throws Exception {
        var version = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri(hub, path)).build(), BodyHandlers.discarding())
                .headers()
                .firstValue("ETag")
                .orElse("*");
        send(HttpRequest.newBuilder(uri(hub, path))
                .header("Content-Type", "application/json")
                .header("If-Match", version)
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build());
    }

    private static JsonNode send(HttpRequest request) throws Exception {
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isLessThan(300);
        return new ObjectMapper().readTree(answer.body().isEmpty() ? "{}" : answer.body());
    }

    private static URI uri(ConfigurableApplicationContext hub, String path) {
        return URI.create("http://127.0.0.1:" + hub.getEnvironment().getProperty("local.server.port") + path);
    }
}
