// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** The folder that is shipped, with the profile for production: configured by the environment alone. */
@HubServices
@TestInstance(Lifecycle.PER_CLASS)
class ProductionJourney {

    private static final String PROGRAM =
            Path.of("target/serai/bin/serai").toAbsolutePath().toString();
    private static final String HEALTH =
            Path.of("target/serai/bin/serai-health").toAbsolutePath().toString();
    private static final String PASSWORD = "open $esame";
    /** Prometheus adds these to what it reads. */
    private static final Set<String> LABELS_OF_PROMETHEUS = Set.of("instance", "job");

    private final Map<String, String> environment = environment();
    private HubProcess hub;
    private HubClient client;

    @BeforeAll
    void start(@TempDir Path folder) {
        hub = production(folder);
        environment.forEach(hub::env);
        hub.start().awaitReady();
        client = new HubClient(hub);
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    @Test
    void allThatIsMissingIsNamedAtOnceAndNothingElse(@TempDir Path folder) {
        try (var poor = production(folder)) {
            environment.forEach(poor::env);
            for (var missing : new String[] {"SERAI_RABBITMQ_PASSWORD", "SERAI_DATABASE_URL", "SERAI_ADMIN_NAME"}) {
                poor.env(missing, "");
            }
            poor.launch();
            await().atMost(Duration.ofSeconds(60)).until(() -> !poor.isAlive());
            assertThat(poor.output())
                    .contains("APPLICATION FAILED TO START")
                    .contains("SERAI_ADMIN_NAME\n    SERAI_DATABASE_URL\n    SERAI_RABBITMQ_PASSWORD\n")
                    .doesNotContain("SERAI_RABBITMQ_USERNAME", "SERAI_METRICS_NAME", "SERAI_ADDRESS")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void withoutAnyEnvironmentEachRequiredVariableIsNamed(@TempDir Path folder) {
        try (var bare = production(folder)) {
            bare.launch();
            await().atMost(Duration.ofSeconds(60)).until(() -> !bare.isAlive());
            assertThat(bare.output()).contains(environment.keySet());
        }
    }

    @Test
    void valueGivenAsArgumentNeedsNoVariable(@TempDir Path folder) {
        try (var poor = production(folder).with("spring.datasource.url", "jdbc:postgresql://nowhere/x")) {
            poor.launch();
            await().atMost(Duration.ofSeconds(60)).until(() -> !poor.isAlive());
            assertThat(poor.output()).contains("SERAI_DATABASE_USERNAME").doesNotContain("SERAI_DATABASE_URL");
        }
    }

    @Test
    void prometheusReadsTheMetricsAndNothingElse() throws IOException {
        assertThat(client.send("GET", "/actuator/prometheus", "", login("prometheus"))
                        .statusCode())
                .isEqualTo(200);
        assertThat(client.get("/actuator/prometheus").statusCode()).isEqualTo(401);
        for (var path : new String[] {"/api/events", "/api/users", "/v3/api-docs", "/actuator/metrics"}) {
            assertThat(client.send("GET", path, "", login("prometheus")).statusCode())
                    .as(path)
                    .isEqualTo(403);
        }
    }

    @Test
    void dashboardAsksOnlyForWhatTheHubMeasures() throws IOException {
        assertThat(client.send("POST", "/api/events/order.placed", "{}", login("admin"))
                        .statusCode())
                .isEqualTo(202);
        var user = "{\"name\":\"Ada\",\"email\":\"ada@example.com\"}";
        assertThat(client.send("POST", "/api/users", user, login("admin")).statusCode())
                .isEqualTo(201);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> meters().keySet()
                        .containsAll(Set.of("serai_eventlog_append_seconds_sum", "serai_subscriptions_backlog")));

        var meters = meters();
        var dashboard = new ObjectMapper()
                .readTree(Path.of("config/grafana/dashboards/rates.json").toFile());
        var asked = new TreeSet<String>();
        for (var panel : dashboard.path("panels")) {
            for (var query : panel.path("targets")) {
                for (var meter : metersOf(query)) {
                    assertThat(meters).as(panel.path("title").asText()).containsKey(meter);
                    assertThat(meters.get(meter)).as("labels of " + meter).containsAll(labelsOf(query));
                    asked.add(meter);
                }
            }
        }
        assertThat(asked).hasSizeGreaterThan(10);
    }

    @Test
    void healthOfTheProcessIsTold(@TempDir Path folder) throws IOException, InterruptedException {
        assertThat(health(hub.port())).isZero();
        try (var nobody = HubProcess.in(folder)) {
            assertThat(health(nobody.port())).isNotZero();
        }
    }

    private static int health(int port) throws IOException, InterruptedException {
        var program = new ProcessBuilder(HEALTH).redirectErrorStream(true);
        program.environment().put("SERAI_PORT", Integer.toString(port));
        var process = program.start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    private static Set<String> metersOf(JsonNode query) {
        var expression = query.path("expr")
                .asText()
                .replaceAll("\\{[^}]*}", "")
                .replaceAll("\\[[^]]*]", "")
                .replaceAll("by \\([^)]*\\)", "");
        var names = new HashSet<String>();
        Pattern.compile("[a-z][a-z0-9_]*").matcher(expression).results().forEach(each -> names.add(each.group()));
        // functions, and what Prometheus measures itself
        names.removeAll(Set.of("sum", "rate", "min", "max", "histogram_quantile", "up"));
        return names;
    }

    private static Set<String> labelsOf(JsonNode query) {
        var text =
                query.path("expr").asText() + " " + query.path("legendFormat").asText();
        var labels = new HashSet<String>();
        Pattern.compile("(\\w+)=\"|\\{\\{(\\w+)}}")
                .matcher(text)
                .results()
                .forEach(each -> labels.add(each.group(1) == null ? each.group(2) : each.group(1)));
        labels.removeAll(LABELS_OF_PROMETHEUS);
        return labels;
    }

    /** Name of a sample to the names of its labels. */
    private Map<String, Set<String>> meters() throws IOException {
        var meters = new HashMap<String, Set<String>>();
        client.send("GET", "/actuator/prometheus", "", login("prometheus"))
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .forEach(line -> {
                    var labels = meters.computeIfAbsent(line.split("[{ ]", 2)[0], name -> new HashSet<>());
                    Pattern.compile("(\\w+)=\"").matcher(line).results().forEach(each -> labels.add(each.group(1)));
                });
        return meters;
    }

    private static String[] login(String name) {
        var credentials = (name + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8);
        return new String[] {"Authorization", "Basic " + Base64.getEncoder().encodeToString(credentials)};
    }

    private static HubProcess production(Path folder) {
        return HubProcess.in(folder).by(PROGRAM).env("SPRING_PROFILES_ACTIVE", "production");
    }

    private static Map<String, String> environment() {
        var servers = SharedNodes.newProperties();
        var broker = URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
        var user = broker.getUserInfo().split(":", 2);
        var hash = new BCryptPasswordEncoder(4).encode(PASSWORD);
        return Map.of(
                "SERAI_RABBITMQ_ADDRESSES",
                broker.toString(),
                "SERAI_RABBITMQ_USERNAME",
                user[0],
                "SERAI_RABBITMQ_PASSWORD",
                user[1],
                "SERAI_DATABASE_URL",
                String.valueOf(servers.get("spring.datasource.url")),
                "SERAI_DATABASE_USERNAME",
                String.valueOf(servers.get("spring.datasource.username")),
                "SERAI_DATABASE_PASSWORD",
                String.valueOf(servers.get("spring.datasource.password")),
                "SERAI_ADMIN_NAME",
                "admin",
                "SERAI_ADMIN_PASSWORD_BCRYPT",
                hash,
                "SERAI_METRICS_PASSWORD_BCRYPT",
                hash);
    }
}
