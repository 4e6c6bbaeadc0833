// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.serai.testing.HubInside;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.yaml.snakeyaml.Yaml;

/** What Prometheus reads of a hub whose subscriptions stand, fail and die; and that the alerts ask for nothing else. */
class MetersIT {

    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Set<String> KEYWORDS = Set.of("and", "or", "unless");
    private static final String ROUTE = """
            - route:
                id: %1$s
                from:
                  uri: event:t.%1$s?subscription=%1$s&retry=%2$s
                  steps:
                    - %3$s
            """;
    private static final String FAILS =
            "throwException: {message: bad, exceptionType: java.lang.IllegalStateException}";

    @TempDir
    static Path folder;

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static ConfigurableApplicationContext hub;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        var routes = Files.createDirectories(folder.resolve("routes/t"));
        Files.writeString(routes.resolve("stands.camel.yaml"), ROUTE.formatted("stands", "none", "log: x"));
        Files.writeString(routes.resolve("dies.camel.yaml"), ROUTE.formatted("dies", "none", FAILS));
        Files.writeString(routes.resolve("waits.camel.yaml"), ROUTE.formatted("waits", "patient", FAILS));
        Files.writeString(
                routes.resolve("ticks.camel.yaml"),
                "- route: {id: ticks, from: {uri: timer:ticks, steps: [log: tick]}}\n");
        hub = HubInside.start(List.of(
                "--server.port=0",
                "--serai.embedded.data=" + folder.resolve("data"),
                "--serai.routes.directory=" + folder.resolve("routes"),
                "--serai.ledger.window=1s",
                "--serai.ledger.flush=200ms",
                "--serai.ledger.round=300ms"));
        address = "http://127.0.0.1:"
                + ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
        HubInside.awaitReading(hub, Duration.ofSeconds(60));
        hub.getBean(CamelContext.class).getRouteController().stopRoute("stands");
        for (var type : List.of("stands", "stands", "stands", "dies", "waits")) {
            publish("t." + type);
        }
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private static void publish(String type) throws IOException, InterruptedException {
        var event = HttpRequest.newBuilder(URI.create(address + "/api/events/" + type))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}"));
        assertThat(HTTP.send(event.build(), BodyHandlers.discarding()).statusCode())
                .isEqualTo(202);
    }

    private static String scrape() throws IOException, InterruptedException {
        return HTTP.send(
                        HttpRequest.newBuilder(URI.create(address + "/actuator/prometheus"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    /** The value of a time series of this hub, which is named without the hub; NaN where there is none. */
    private static double value(String series) throws IOException, InterruptedException {
        var ownLabel = "hub=\"%s\"".formatted(hub.getEnvironment().getProperty("serai.hub.name"));
        return scrape().replace("{" + ownLabel + ",", "{")
                .replace("{" + ownLabel + "}", "")
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static void awaitValue(String series, double least) {
        await().atMost(Duration.ofSeconds(60)).until(() -> value(series) >= least);
    }

    @Test
    void subscriptionsShowTheirBacklogItsAgeAndTheirFailures() {
        awaitValue("serai_subscriptions_backlog{subscription=\"stands\"}", 3);
        // the ledger owes a subscription the windows that began after it was bound, so one event may be too early
        await().atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofSeconds(1))
                .until(() -> {
                    publish("t.stands");
                    return value("serai_subscriptions_age_seconds{subscription=\"stands\"}") >= 1;
                });
        awaitValue("serai_subscriptions_backlog{subscription=\"dies\"}", 0);
        awaitValue("serai_subscriptions_age_seconds{subscription=\"dies\"}", 0);
        awaitValue("serai_failures{origin=\"dies\",state=\"dead\"}", 1);
        awaitValue("serai_failures{origin=\"waits\",state=\"retrying\"}", 1);
        awaitValue("serai_database_up", 1);
    }

    @Test
    void routesShowHowLongTheirRunsTook() {
        awaitValue("serai_routes_duration_seconds_bucket{route=\"ticks\",le=\"30.0\"}", 1);
        awaitValue("serai_routes_duration_seconds_count{route=\"dies\"}", 1);
    }

    @Test
    void alertsAskOnlyForWhatTheHubMeasures() throws Exception {
        awaitValue("serai_failures{origin=\"dies\",state=\"dead\"}", 1);
        awaitValue("serai_subscriptions_age_seconds{subscription=\"stands\"}", 0);
        awaitValue("serai_routes_duration_seconds_count{route=\"dies\"}", 1);
        awaitValue("serai_routes_input_failures_total{route=\"ticks\"}", 0);
        var measured = new TreeSet<String>();
        scrape().lines().filter(line -> !line.startsWith("#")).forEach(line -> measured.add(line.split("[{ ]", 2)[0]));
        // Prometheus's own
        measured.add("up");
        var asked = asked(Path.of("config/prometheus/alerts.yml"));
        assertThat(asked).hasSizeGreaterThan(10);
        assertThat(measured).containsAll(asked);
    }

    @Test
    void everyMeterOfTheHubSaysWhatItMeasures() throws Exception {
        var scrape = scrape();
        assertThat(scrape.lines().filter(line -> line.startsWith("# TYPE serai_")))
                .hasSizeGreaterThan(15)
                .allSatisfy(
                        type -> assertThat(scrape).containsPattern("(?m)^# HELP " + type.split(" ", -1)[2] + " \\S"));
        assumeTrue(Files.isExecutable(PROMTOOL), "promtool is not installed");
        var check = new ProcessBuilder(PROMTOOL.toString(), "check", "metrics")
                .redirectErrorStream(true)
                .start();
        try (var input = check.outputWriter(StandardCharsets.UTF_8)) {
            input.write(scrape);
        }
        var findings = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(findings.lines()).noneMatch(line -> line.startsWith("serai_") || line.startsWith("error"));
    }

    private static Set<String> asked(Path alerts) throws IOException {
        var expressions = new TreeSet<String>();
        collect(new Yaml().load(Files.readString(alerts)), expressions);
        var names = new TreeSet<String>();
        for (var expression : expressions) {
            var bare = expression
                    .replaceAll("\\{[^}]*}|\\[[^]]*]|\"[^\"]*\"", "")
                    .replaceAll("\\b(by|without|on|ignoring) *\\([^)]*\\)", "");
            Pattern.compile("\\b[a-z][a-z0-9_]*\\b(?! *\\()")
                    .matcher(bare)
                    .results()
                    .map(found -> found.group())
                    .filter(name -> !KEYWORDS.contains(name))
                    // min by (x) (…): the function stands apart from its parentheses
                    .filter(name -> !Set.of("min", "max", "sum").contains(name))
                    .forEach(names::add);
        }
        return names;
    }

    private static void collect(Object node, Set<String> expressions) {
        if (node instanceof Map<?, ?> map) {
            map.forEach((key, value) -> {
                if ("expr".equals(key)) {
                    expressions.add(value.toString());
                } else {
                    collect(value, expressions);
                }
            });
        } else if (node instanceof List<?> list) {
            list.forEach(each -> collect(each, expressions));
        }
    }
}
