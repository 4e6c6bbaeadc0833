// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static io.serai.routes.reload.EditedHub.route;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.component.FailedAt;
import io.serai.routes.lint.Finding;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.model.Model;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Routes are edited while the hub runs: what is good goes live, what is bad changes nothing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class ReloadIT {

    /** A second from the look that finds the file whole, which is the third at most. */
    private static final Duration WITHIN = Duration.ofSeconds(1).plus(EditedHub.POLL_INTERVAL.multipliedBy(3));

    private EditedHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        hub = EditedHub.start(
                folder,
                Map.of(),
                "--serai.routes.drain-timeout=1s",
                "--taken=other",
                "--serai.ledger.flush=300ms",
                "--serai.ledger.round=300ms",
                "--serai.ledger.warn-after=300ms");
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    @ParameterizedTest
    @CsvSource({
        "caller, platform-http:/t/fails/caller,",
        "subscriber, 'event:fails.at?subscription=fails&retry=none',",
        "timer, 'timer:fails?repeatCount=1&delay=0',",
        "parked, 'timer:parked?repeatCount=1&delay=0', none"
    })
    void theLastErrorOfARouteIsShown(String id, String from, @Nullable String policy) throws Exception {
        hub.write("t/fails/" + id + ".camel.yaml", """
                - route:
                    id: fails-%s
                    %s
                    from:
                      uri: %s
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: bad of %s
                """.formatted(
                                id, policy == null ? "" : "routeConfigurationId: " + policy, from, id))
                .awaitLive("t/fails/" + id + ".camel.yaml");

        hub.get("/t/fails/caller");
        hub.send("POST", "/api/events/fails.at", "{}");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() ->
                        assertThat(hub.get("/api/routes/fails-" + id).body()).contains("bad of " + id));
    }

    @ParameterizedTest
    @CsvSource({
        "query, 'sql:SELECT * FROM not_there?delay=50', not found",
        "folder, 'file:{{serai.routes.directory}}/../gone?autoCreate=false&directoryMustExist=true&delay=50', gone",
        "timer, 'timer:unfed?period=50', boom",
        "queue, 'spring-rabbitmq:default?queues=not.there', not.there"
    })
    void aConsumerThatFailsIsSeen(String id, String from, String cause, CapturedOutput output) throws Exception {
        var path = "t/unfed/" + id + ".camel.yaml";
        hub.write(path, """
                - route:
                    id: unfed-%s
                    from:
                      uri: %s
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: boom
                """.formatted(id, from)).awaitLive(path);

        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            assertThat(hub.get("/api/routes/unfed-" + id).body())
                    .contains("\"lastError\":{")
                    .contains(cause);
            assertThat(hub.get("/api/warnings").body()).contains("\"FAILING_INPUT\",\"name\":\"unfed-" + id + "\"");
            assertThat(((Health) hub.bean(HealthEndpoint.class).healthForPath("readiness", "routes"))
                            .getDetails()
                            .toString())
                    .contains("unfed-" + id);
            assertThat(hub.get("/actuator/prometheus").body())
                    .containsPattern("serai_routes_input_failures_total\\{.*route=\"unfed-" + id + "\"\\} [1-9]");
        });
        assertThat(hub.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(output.getAll().lines().filter(line -> line.contains("routeId=unfed-" + id + " cause=")))
                .hasSize(1);
        assertThat(output).doesNotContain("Failed polling endpoint");

        hub.delete(path).awaitLive(path);
        await().untilAsserted(() -> assertThat(output).contains("route files [" + path + "] are gone"));
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(hub.get("/api/warnings").body()).doesNotContain("unfed-" + id));
    }

    @Test
    void aPollThatWorksAgainIsSeen() throws Exception {
        hub.write("t/late-folder.camel.yaml", """
                - route:
                    id: late-folder
                    from:
                      uri: file:{{serai.routes.directory}}/../late?autoCreate=false&directoryMustExist=true&delay=50
                      steps:
                        - log: "${file:name}"
                """).awaitLive("t/late-folder.camel.yaml");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(hub.get("/api/warnings").body()).contains("late-folder"));

        Files.createDirectory(hub.file("../late"));

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(hub.get("/api/warnings").body()).doesNotContain("late-folder"));
        hub.delete("t/late-folder.camel.yaml").awaitLive("t/late-folder.camel.yaml");
    }

    @Test
    void whatAFileFailsOnIsLogged(CapturedOutput output) throws Exception {
        hub.write("t/reads.camel.yaml", """
                - route:
                    id: reads
                    from:
                      uri: file:{{serai.routes.directory}}/../in?moveFailed=.failed&delay=100
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: "no such sku in ${file:name}"
                """).awaitLive("t/reads.camel.yaml");

        hub.write("../in/bad.txt", "bad");

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(
                        () -> assertThat(output)
                                .contains(
                                        "routeId=reads file=bad.txt cause=java.lang.IllegalStateException: no such sku in bad.txt"));
        hub.delete("t/reads.camel.yaml").awaitLive("t/reads.camel.yaml");
    }

    @Test
    void aHubWithAStoppedRouteIsReady() throws Exception {
        hub.write("t/stopped.camel.yaml", route("stopped", "/t/stopped", "here"))
                .awaitLive("t/stopped.camel.yaml");

        assertThat(hub.send("POST", "/api/routes/stopped/stop", "").statusCode())
                .isEqualTo(200);

        assertThat(hub.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(hub.get("/api/routes/stopped").body()).contains("\"state\":\"stopped\"");
    }

    @Test
    void aRouteComesChangesAndGoes() {
        hub.write("t/one.camel.yaml", route("one", "/t/one", "first")).awaitLive("t/one.camel.yaml");
        assertThat(hub.get("/t/one").body()).isEqualTo("first");

        hub.write("t/one.camel.yaml", route("one", "/t/one", "second")).awaitLive("t/one.camel.yaml");
        assertThat(hub.get("/t/one").body()).isEqualTo("second");

        hub.write("t/one.camel.yaml", route("renamed", "/t/elsewhere", "third")).awaitLive("t/one.camel.yaml");
        assertThat(hub.get("/t/elsewhere").body()).isEqualTo("third");
        assertThat(hub.get("/t/one").statusCode()).isEqualTo(404);
        assertThat(hub.camel().getRoute("one")).isNull();

        hub.delete("t/one.camel.yaml").awaitLive("t/one.camel.yaml");
        assertThat(hub.get("/t/elsewhere").statusCode()).isEqualTo(404);
        assertThat(hub.camel().getRoute("renamed")).isNull();
    }

    @Test
    void onlyTheRouteThatChangedIsTouched() {
        var file = "t/two.camel.yaml";
        hub.write(file, route("two-a", "/t/two-a", "a") + route("two-b", "/t/two-b", "b"))
                .awaitLive(file);
        var untouched = hub.camel().getRoute("two-b");
        hub.write(file, "# a comment\n" + route("two-a", "/t/two-a", "changed") + route("two-b", "/t/two-b", "b"))
                .awaitLive(file);

        assertThat(hub.get("/t/two-a").body()).isEqualTo("changed");
        assertThat(hub.camel().getRoute("two-b")).isSameAs(untouched);
    }

    @ParameterizedTest
    @EnumSource
    void aBadEditChangesNothingAndSaysWhere(BadEdit bad) {
        var file = bad.isFor("Bad.java") && bad != BadEdit.EMPTY ? "t/Bad.java" : "t/bad.camel.yaml";
        hub.write("t/other.camel.yaml", BadEdit.good("other", "other")).awaitLive("t/other.camel.yaml");
        hub.write(file, good(file, "before")).awaitLive(file);
        var running = hub.camel().getRoute("other");
        var text = bad.of(good(file, "bad"));

        hub.write(file, text);
        var finding = hub.awaitRefused(file).get(0);
        // the compiler works twice, for lint and for the trial
        assertThat(hub.timeToRefuse(file)).isLessThan(file.endsWith(".java") ? WITHIN.multipliedBy(2) : WITHIN);

        assertThat(finding.file()).isEqualTo(file);
        assertThat(finding.line()).as(finding.toString()).isEqualTo(bad.line(text));
        assertThat(hub.get("/t/bad").body()).isEqualTo("before");
        assertThat(hub.get("/t/other").body()).isEqualTo("other");
        assertThat(hub.camel().getRoute("other")).isSameAs(running);
        for (var route : List.of("bad", "bad-events", "other-events")) {
            assertThat(hub.camel().getRouteController().getRouteStatus(route).isStarted())
                    .as(route)
                    .isTrue();
        }

        hub.write(file, good(file, "mended")).awaitLive(file);
        assertThat(hub.get("/t/bad").body()).isEqualTo("mended");
        assertThat(hub.reloader().refused()).doesNotContainKey(file);
        hub.delete(file).awaitLive(file);
    }

    private static String good(String file, String answer) {
        return file.endsWith(".java") ? BadEdit.goodJava("Bad", "bad", answer) : BadEdit.good("bad", answer);
    }

    @ParameterizedTest
    @CsvSource({
        "/t/path/{x}, /t/path/1",
        "/t/path/{y}?httpMethodRestrict=GET, /t/path/1",
        "/api/route-files, /api/route-files",
        "/api/routes/{id}, /api/routes/has-path"
    })
    void aPathThatIsTakenIsRefused(String path, String request) {
        hub.write("t/has-path.camel.yaml", route("has-path", "/t/path/{x}", "first"))
                .awaitLive("t/has-path.camel.yaml");
        var file = "t/wants-path.camel.yaml";
        hub.write(file, route("wants-path", path, "second"));
        assertThat(hub.awaitRefused(file).get(0).line()).isEqualTo(4);
        assertThat(hub.get(request).statusCode()).isEqualTo(200);
        assertThat(hub.get(request).body()).isNotEqualTo("second");

        hub.write(file, route("wants-path", "/t/path-of-its-own", "second")).awaitLive(file);
        assertThat(hub.get("/t/path-of-its-own").body()).isEqualTo("second");
        assertThat(hub.get("/t/path/1").body()).isEqualTo("first");
        // a path that another route has given up is free, also in one change
        hub.write("t/has-path.camel.yaml", route("has-path", "/t/path-of-its-own", "third"))
                .write(file, route("wants-path", "/t/path/{x}", "fourth"))
                .awaitLive(file, "t/has-path.camel.yaml");
        assertThat(hub.get("/t/path-of-its-own").body()).isEqualTo("third");
        assertThat(hub.get("/t/path/1").body()).isEqualTo("fourth");
        hub.delete(file).delete("t/has-path.camel.yaml").awaitLive(file, "t/has-path.camel.yaml");
    }

    @Test
    void whatWasRefusedForAnothersSakeGoesLiveWhenThatIsMended() {
        var moved = route("moved", "/t/moved", "moved");
        hub.write("t/moved-from.camel.yaml", moved).awaitLive("t/moved-from.camel.yaml");
        hub.write("t/moved-to.camel.yaml", moved.replace("constant: moved", "constant: arrived"));
        hub.awaitRefused("t/moved-to.camel.yaml");
        assertThat(hub.get("/t/moved").body()).isEqualTo("moved");

        hub.delete("t/moved-from.camel.yaml").awaitLive("t/moved-from.camel.yaml", "t/moved-to.camel.yaml");
        assertThat(hub.get("/t/moved").body()).isEqualTo("arrived");
        assertThat(hub.reloader().refused()).doesNotContainKey("t/moved-to.camel.yaml");
        hub.delete("t/moved-to.camel.yaml").awaitLive("t/moved-to.camel.yaml");
    }

    @Test
    void aRouteForEveryPathLeavesTheHubItsOwn() {
        var file = "t/every-path.camel.yaml";
        hub.write(file, route("every-path", "/?matchOnUriPrefix=true", "second"))
                .awaitLive(file);
        assertThat(hub.get("/t/any").body()).isEqualTo("second");
        assertThat(hub.get("/api/route-files").body()).contains(file);
        assertThat(hub.get("/actuator/health/routes").body()).contains("UP");
        hub.delete(file).awaitLive(file);
    }

    @Test
    void aChangeThatTheBrokerWouldRefuseIsFoundBeforeAnythingStops() {
        var file = "t/in-order.camel.yaml";
        var text = route("in-order", "x", "x").replace("platform-http:x", "event:in.order?subscription=in-order");
        hub.write(file, text).awaitLive(file);
        var running = hub.camel().getRoute("in-order");
        var since = running.getUptimeMillis();

        hub.write(file, text.replace("subscription=in-order", "subscription=in-order&ordered=true"));
        var finding = hub.awaitRefused(file).get(0);
        assertThat(hub.timeToRefuse(file)).isLessThan(WITHIN);

        assertThat(finding.rule()).isEqualTo("ordered-changed");
        assertThat(finding.line()).isEqualTo(4);
        assertThat(hub.camel().getRoute("in-order")).isSameAs(running);
        // a restart of the route would begin it anew
        assertThat(running.getUptimeMillis()).isGreaterThanOrEqualTo(since);
        assertThat(hub.send("DELETE", "/api/subscriptions/in-order", "").statusCode())
                .isEqualTo(409);
        hub.delete(file).awaitLive(file);
    }

    @Test
    void whatLiesBesideRoutesIsNoRoute() {
        hub.write("t/beside.test.yaml", "- name: greets\n")
                .write("t/beside.schema.json", "{}")
                .write("t/contract.yaml", "openapi: 3.0.3\n")
                .awaitLive("t/beside.test.yaml", "t/beside.schema.json", "t/contract.yaml");
        assertThat(hub.reloader().refused().keySet())
                .noneMatch(path -> path.contains("beside") || path.contains("contract"));
        hub.delete("t/beside.test.yaml")
                .delete("t/beside.schema.json")
                .delete("t/contract.yaml")
                .awaitLive("t/beside.test.yaml", "t/beside.schema.json", "t/contract.yaml");
    }

    @Test
    void exchangesEventsAndFailuresCarryTheVersionOfTheirRoute() throws Exception {
        var file = "t/stamped.camel.yaml";
        try (var template = hub.camel().createProducerTemplate();
                var connection = hub.bean(ConnectionFactory.class).createConnection();
                var channel = connection.createChannel(false)) {
            var queue = channel.queueDeclare().getQueue();
            channel.queueBind(queue, "serai.events", "stamped");
            var text = route("stamped", "x", "x")
                            .replace("platform-http:x", "direct:stamped")
                            .replace("constant: x", "simple: ${exchangeProperty.SeraiRouteVersion}")
                    + """
                            - to: event:stamped
                            - choice:
                                when:
                                  - simple: ${header.fail}
                                    steps:
                                      - throwException:
                                          exceptionType: java.lang.IllegalStateException
                                          message: no
                            - to: event:stamped?outbox=true
                    """;
            for (var edited : List.of(text, text.replace("message: no", "message: again no"))) {
                hub.write(file, edited).awaitLive(file);
                var version = Hash.of(edited.getBytes(StandardCharsets.UTF_8));

                var done = template.send("direct:stamped", exchange -> {});
                assertThat(done.getMessage().getBody(String.class)).isEqualTo(version);
                for (var way : List.of("at once", "through the outbox")) {
                    var event = await(way)
                            .atMost(Duration.ofSeconds(30))
                            .until(() -> channel.basicGet(queue, true), Objects::nonNull);
                    assertThat(event.getProps().getHeaders().get("serai-route-version"))
                            .as(way)
                            .hasToString(version);
                    assertThat(event.getProps().getHeaders().keySet())
                            .noneMatch(name -> name.matches("cloudEvents_.*version") && !name.endsWith("specversion"));
                }

                var failed = template.send(
                        "direct:stamped", exchange -> exchange.getMessage().setHeader("fail", true));
                assertThat(Objects.requireNonNull(FailedAt.failure(failed)).routeVersion())
                        .isEqualTo(version);
                channel.queuePurge(queue);
            }
        }
        hub.delete(file).awaitLive(file);
    }

    @Test
    void javaThatDoesNotCompileChangesNothing() {
        var java = """
                import org.apache.camel.builder.RouteBuilder;

                public class EditedRoute extends RouteBuilder {
                    @Override
                    public void configure() {
                        from("platform-http:/t/java").routeId("edited-route").setBody(constant("first"));
                    }
                }
                """;
        hub.write("EditedRoute.java", java).awaitLive("EditedRoute.java");
        assertThat(hub.get("/t/java").body()).isEqualTo("first");

        hub.write("EditedRoute.java", java.replace("setBody(", "setBoddy("));
        assertThat(hub.awaitRefused("EditedRoute.java").get(0).line()).isEqualTo(6);
        assertThat(hub.get("/t/java").body()).isEqualTo("first");

        hub.write("EditedRoute.java", java.replace("first", "second")).awaitLive("EditedRoute.java");
        assertThat(hub.get("/t/java").body()).isEqualTo("second");

        hub.delete("EditedRoute.java").awaitLive("EditedRoute.java");
        assertThat(hub.get("/t/java").statusCode()).isEqualTo(404);
    }

    @Test
    void restComesChangesAndGoes() {
        var file = "t/rest.camel.yaml";
        var text = """
                - rest:
                    path: /t/rest
                    get:
                      - path: /{id}
                        to: direct:rest-answer
                - route:
                    id: rest-answer
                    from:
                      uri: direct:rest-answer
                      steps:
                        - setBody:
                            simple: first ${header.id}
                """;
        hub.write(file, text).awaitLive(file);
        assertThat(hub.get("/t/rest/1").body()).isEqualTo("first 1");

        hub.write(file, text.replace("/{id}", "/{id}/more").replace("first", "second"))
                .awaitLive(file);
        assertThat(hub.get("/t/rest/1/more").body()).isEqualTo("second 1");
        assertThat(hub.get("/t/rest/1").statusCode()).isEqualTo(404);
        assertThat(hub.get("/v3/api-docs").body()).contains("/t/rest/{id}/more").doesNotContain("\"/t/rest/{id}\"");

        hub.delete(file).awaitLive(file);
        assertThat(hub.get("/t/rest/1/more").statusCode()).isEqualTo(404);
        assertThat(hub.camel()
                        .getCamelContextExtension()
                        .getContextPlugin(Model.class)
                        .getRestDefinitions())
                .isEmpty();
    }

    @Test
    void aContractComesChangesAndGoes() {
        var contract = """
                openapi: 3.0.3
                info: {title: Greetings, version: 1.0.0}
                paths:
                  /t/contract/{name}:
                    get:
                      operationId: greetByContract
                      parameters:
                        - {name: name, in: path, required: true, schema: {type: string}}
                      responses:
                        "200": {description: a greeting}
                """;
        var text = """
                - rest:
                    openApi:
                      specification: file:%s
                - route:
                    id: greet-by-contract
                    from:
                      uri: direct:greetByContract
                      steps:
                        - setBody:
                            simple: first ${header.name}
                """.formatted(hub.file("t/greetings.openapi.yaml"));
        hub.write("t/greetings.openapi.yaml", contract)
                .write("t/by-contract.camel.yaml", text)
                .awaitLive("t/greetings.openapi.yaml", "t/by-contract.camel.yaml");
        assertThat(hub.get("/t/contract/ada").body()).isEqualTo("first ada");

        hub.write("t/by-contract.camel.yaml", text.replace("first", "second")).awaitLive("t/by-contract.camel.yaml");
        assertThat(hub.get("/t/contract/ada").body()).isEqualTo("second ada");

        hub.write("t/greetings.openapi.yaml", contract.replace("{name}:", "{name}/greeting:"))
                .awaitLive("t/greetings.openapi.yaml");
        assertThat(hub.get("/t/contract/ada/greeting").body()).isEqualTo("second ada");
        assertThat(hub.get("/t/contract/ada").statusCode()).isEqualTo(404);

        hub.write("t/greetings.openapi.yaml", contract.replace("greetByContract", "nobodyAnswers"));
        assertThat(hub.awaitRefused("t/greetings.openapi.yaml").get(0).message())
                .contains("nobodyAnswers");
        assertThat(hub.get("/t/contract/ada/greeting").body()).isEqualTo("second ada");
        // what was put back has not read the bad one from the disk
        hub.write("t/by-contract.camel.yaml", text.replace("first", "third")).awaitLive("t/by-contract.camel.yaml");
        assertThat(hub.get("/t/contract/ada/greeting").body()).isEqualTo("third ada");

        hub.write("t/greetings.openapi.yaml", contract).awaitLive("t/greetings.openapi.yaml");
        assertThat(hub.get("/t/contract/ada").body()).isEqualTo("third ada");

        hub.delete("t/by-contract.camel.yaml").awaitLive("t/by-contract.camel.yaml");
        assertThat(hub.get("/t/contract/ada").statusCode()).isEqualTo(404);
        hub.delete("t/greetings.openapi.yaml").awaitLive("t/greetings.openapi.yaml");
    }

    @Test
    void aSchemaIsRenewedInTheRoutesThatUseIt() {
        var schema = "{\"type\": \"object\", \"required\": [\"name\"]}";
        var file = "t/checks.camel.yaml";
        hub.write("schemas/checked.schema.json", schema)
                .write(
                        file,
                        route("checks", "/t/checks", "fine")
                                .replace(
                                        "        - setBody",
                                        "        - to: json-validator:file:%s%n        - setBody"
                                                .formatted(hub.file("schemas/checked.schema.json"))))
                .awaitLive("schemas/checked.schema.json", file);
        var other = route("unchecked", "/t/unchecked", "x");
        hub.write("t/unchecked.camel.yaml", other).awaitLive("t/unchecked.camel.yaml");
        var untouched = hub.camel().getRoute("unchecked");
        var body = "{\"name\": \"Ada\"}";
        assertThat(hub.send("POST", "/t/checks", body).body()).isEqualTo("fine");
        assertThat(hub.send("POST", "/t/checks", "{}").statusCode()).isGreaterThanOrEqualTo(400);

        hub.write("schemas/checked.schema.json", schema.replace("name", "email"))
                .awaitLive("schemas/checked.schema.json");
        assertThat(hub.send("POST", "/t/checks", body).statusCode()).isGreaterThanOrEqualTo(400);
        assertThat(hub.send("POST", "/t/checks", body.replace("name", "email")).body())
                .isEqualTo("fine");
        assertThat(hub.camel().getRoute("unchecked")).isSameAs(untouched);
        hub.delete(file)
                .delete("t/unchecked.camel.yaml")
                .delete("schemas/checked.schema.json")
                .awaitLive(file, "t/unchecked.camel.yaml", "schemas/checked.schema.json");
    }

    @Test
    void aFileGoesLiveWhenWhatItLackedIsThereAndTheLogSaysSo(CapturedOutput log) {
        var lacks = "t/lacks.camel.yaml";
        hub.write(
                lacks,
                route("lacks", "/t/lacks", "x").replace("constant: x", "method: {ref: lacked, method: getMessage}"));
        assertThat(hub.awaitRefused(lacks)).isNotEmpty();

        hub.write("t/lacked.camel.yaml", """
                - beans:
                    - name: lacked
                      type: io.serai.message.NotFound
                      constructors:
                        0: there
                """).awaitLive("t/lacked.camel.yaml", lacks);
        assertThat(hub.get("/t/lacks").body()).isEqualTo("there");
        assertThat(hub.reloader().refused()).doesNotContainKey(lacks);
        await().until(() -> log.getOut().contains("route file " + lacks + " is mended, version 2 runs"));

        // and it goes when what needed it has gone
        hub.delete("t/lacked.camel.yaml");
        assertThat(hub.awaitRefused("t/lacked.camel.yaml").get(0).file()).isEqualTo(lacks);
        hub.delete(lacks).awaitLive(lacks, "t/lacked.camel.yaml");
        assertThat(hub.camel().getRegistry().lookupByName("lacked")).isNull();
    }

    @Test
    void aRouteThatCannotBePutBackHindersNoOtherAndComesBackByItself() {
        var isBroken = new AtomicBoolean();
        hub.register("fragile", new RoutePolicySupport() {
            @Override
            public void onStart(Route route) {
                if (isBroken.get()) {
                    throw new IllegalStateException("its door is shut");
                }
            }
        });
        var file = "t/fragile.camel.yaml";
        var text = route("fragile", "/t/fragile", "first")
                .replaceFirst("    from:", "    routePolicy: fragile\n    from:");
        hub.write(file, text).awaitLive(file);

        isBroken.set(true);
        hub.write(file, text.replace("first", "second"));
        assertThat(hub.awaitRefused(file).get(0).message()).contains("its door is shut");
        // each attempt to bring it back has it there until it fails
        await().until(() -> hub.camel().getRoute("fragile") == null);

        var other = "t/beside-fragile.camel.yaml";
        hub.write(other, route("beside-fragile", "/t/beside-fragile", "x")).awaitLive(other);
        assertThat(hub.get("/t/beside-fragile").body()).isEqualTo("x");

        isBroken.set(false);
        // the second, where the change of the other was not yet done and took it along
        await().until(() ->
                List.of("first", "second").contains(hub.get("/t/fragile").body()));
        hub.delete(file).delete(other).awaitLive(file, other);
    }

    @Test
    void whatARouteNeedsIsRenewedInItToo() {
        var template = """
                - routeTemplate:
                    id: answers
                    parameters:
                      - name: path
                    from:
                      uri: "platform-http:{{path}}"
                      steps:
                        - setBody:
                            constant: first
                """;
        hub.write("t/answers.camel.yaml", template).awaitLive("t/answers.camel.yaml");
        hub.write("t/uses-template.camel.yaml", """
                - templatedRoute:
                    routeTemplateRef: answers
                    routeId: templated
                    parameters:
                      - name: path
                        value: /t/templated
                """).awaitLive("t/uses-template.camel.yaml");
        assertThat(hub.get("/t/templated").body()).isEqualTo("first");

        hub.write("t/answers.camel.yaml", template.replace("first", "second")).awaitLive("t/answers.camel.yaml");
        assertThat(hub.get("/t/templated").body()).isEqualTo("second");

        hub.delete("t/answers.camel.yaml");
        assertThat(hub.awaitRefused("t/answers.camel.yaml")).isNotEmpty();
        assertThat(hub.get("/t/templated").body()).isEqualTo("second");

        hub.delete("t/uses-template.camel.yaml").awaitLive("t/uses-template.camel.yaml");
        assertThat(hub.get("/t/templated").statusCode()).isEqualTo(404);
    }

    @Test
    void aBeanIsRenewedInTheRoutesThatUseIt() {
        var beans = """
                - beans:
                    - name: greeting
                      type: io.serai.message.NotFound
                      constructors:
                        0: first
                """;
        hub.write("t/beans.camel.yaml", beans).awaitLive("t/beans.camel.yaml");
        hub.write(
                        "t/uses-bean.camel.yaml",
                        route("uses-bean", "/t/bean", "x")
                                .replace("constant: x", "method: {ref: greeting, method: getMessage}"))
                .awaitLive("t/uses-bean.camel.yaml");
        assertThat(hub.get("/t/bean").body()).isEqualTo("first");

        hub.write("t/beans.camel.yaml", beans.replace("first", "second")).awaitLive("t/beans.camel.yaml");
        assertThat(hub.get("/t/bean").body()).isEqualTo("second");

        hub.delete("t/uses-bean.camel.yaml").delete("t/beans.camel.yaml").awaitLive("t/beans.camel.yaml");
        assertThat(hub.camel().getRegistry().lookupByName("greeting")).isNull();
    }

    /** Ways in which Camel keeps a bean longer than the route. */
    static Stream<String> usesOfABean() {
        return Stream.of(
                "- setBody: {simple: '${bean:kept?method=getMessage}'}",
                "- setBody: {simple: 'it says ${bean:kept.getMessage}'}",
                "- choice: {when: [{simple: '${bean:kept.getMessage} == \"second\"', steps: [{setBody: {constant: second}}]}]}",
                "- setBody: {language: {language: file, expression: '${bean:kept.getMessage}'}}",
                "- to: bean:kept?method=getMessage",
                "- toD: 'bean:${header.none}kept?method=getMessage'");
    }

    @ParameterizedTest
    @MethodSource("usesOfABean")
    void aBeanIsRenewedHoweverItIsUsed(String step) {
        var beans = """
                - beans:
                    - name: kept
                      type: io.serai.message.NotFound
                      constructors:
                        0: first
                """;
        var uses = "t/uses-kept.camel.yaml";
        hub.write("t/kept-bean.camel.yaml", beans)
                .write(uses, route("uses-kept", "/t/kept-bean", "x") + "        " + step + "\n")
                .awaitLive("t/kept-bean.camel.yaml", uses);
        assertThat(hub.get("/t/kept-bean").body()).doesNotContain("second");

        hub.write("t/kept-bean.camel.yaml", beans.replace("first", "second")).awaitLive("t/kept-bean.camel.yaml");
        assertThat(hub.get("/t/kept-bean").body()).endsWith("second");
        hub.delete(uses).delete("t/kept-bean.camel.yaml").awaitLive(uses, "t/kept-bean.camel.yaml");
    }

    @Test
    void errorHandlingOfAFileAndOfAllIsRenewed() {
        var handled = """
                - onException:
                    exception: [java.lang.IllegalStateException]
                    handled:
                      constant: "true"
                    steps:
                      - setBody:
                          constant: first
                """;
        var fails = route("fails", "/t/fails", "x") + """
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: no
                """;
        hub.write("t/fails.camel.yaml", handled + fails).awaitLive("t/fails.camel.yaml");
        assertThat(hub.get("/t/fails").body()).isEqualTo("first");
        hub.write("t/fails.camel.yaml", handled.replace("first", "second") + fails)
                .awaitLive("t/fails.camel.yaml");
        assertThat(hub.get("/t/fails").body()).isEqualTo("second");

        hub.write("t/fails.camel.yaml", fails).awaitLive("t/fails.camel.yaml");
        assertThat(hub.get("/t/fails").statusCode()).isEqualTo(500);
        var configuration = """
                - routeConfiguration:
                    id: lenient
                    onException:
                      - onException:
                          exception: [java.lang.IllegalStateException]
                          handled:
                            constant: "true"
                          steps:
                            - setBody:
                                constant: third
                """;
        hub.write("t/lenient.camel.yaml", configuration).awaitLive("t/lenient.camel.yaml");
        hub.write("t/fails.camel.yaml", fails.replace("id: fails", "id: fails\n    routeConfigurationId: lenient"))
                .awaitLive("t/fails.camel.yaml");
        assertThat(hub.get("/t/fails").body()).isEqualTo("third");
        hub.write("t/lenient.camel.yaml", configuration.replace("third", "fourth"))
                .awaitLive("t/lenient.camel.yaml");
        assertThat(hub.get("/t/fails").body()).isEqualTo("fourth");
        // a route that names a configuration does not run without it
        hub.delete("t/lenient.camel.yaml");
        assertThat(hub.awaitRefused("t/lenient.camel.yaml")).isNotEmpty();
        assertThat(hub.get("/t/fails").body()).isEqualTo("fourth");
        hub.delete("t/fails.camel.yaml").awaitLive("t/fails.camel.yaml");
    }

    @Test
    void aConfigurationThatARouteStillNamesIsMissedBeforeAnythingStops() {
        var file = "t/named.camel.yaml";
        var text = """
                - routeConfiguration:
                    id: named
                    onException:
                      - onException:
                          exception: [java.lang.IllegalStateException]
                          handled:
                            constant: "true"
                """;
        var names = "t/names.camel.yaml";
        hub.write(file, text)
                .write(
                        names,
                        route("names", "/t/names", "x")
                                .replace("id: names", "id: names\n    routeConfigurationId: named"))
                .awaitLive(file, names);
        var running = hub.camel().getRoute("names");
        var since = running.getUptimeMillis();

        for (var gone : List.<Runnable>of(
                () -> hub.delete(file), () -> hub.write(file, text.replace("id: named", "id: renamed")))) {
            gone.run();
            var finding = hub.awaitRefused(file).get(0);
            assertThat(finding.file()).isEqualTo(names);
            assertThat(finding.line()).as(finding.toString()).isEqualTo(3);
            assertThat(finding.message()).contains("routeConfiguration 'named'");
            assertThat(hub.camel().getRoute("names")).isSameAs(running);
            assertThat(running.getUptimeMillis()).isGreaterThanOrEqualTo(since);
            hub.write(file, text).awaitLive(file);
            await().until(() -> !hub.reloader().refused().containsKey(file));
        }
        hub.delete(names).delete(file).awaitLive(names, file);
    }

    @Test
    void aRetryPolicyThatARouteCannotHaveIsFoundBeforeAnythingStops() {
        var file = "t/answers-at-once.camel.yaml";
        var text = route("answers-at-once", "/t/answers-at-once", "x");
        hub.write(file, text).awaitLive(file);
        var running = hub.camel().getRoute("answers-at-once");

        hub.write(file, text.replaceFirst("    from:", "    routeConfigurationId: standard\n    from:"));
        var finding = hub.awaitRefused(file).get(0);

        assertThat(finding.message()).contains("cannot have the retry policy 'standard'");
        assertThat(finding.line()).as(finding.toString()).isEqualTo(3);
        assertThat(hub.camel().getRoute("answers-at-once")).isSameAs(running);
        hub.delete(file).awaitLive(file);
    }

    @Test
    void aKameletIsRenewedInTheRoutesThatUseIt() {
        var kamelet = """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: shout-action
                  labels:
                    camel.apache.org/kamelet.type: action
                spec:
                  definition:
                    title: Shout
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            simple: "${body} first"
                """;
        hub.write("t/shout-action.kamelet.yaml", kamelet).awaitLive("t/shout-action.kamelet.yaml");
        hub.write("t/shouts.camel.yaml", route("shouts", "/t/shouts", "oh") + "        - to: kamelet:shout-action\n")
                .awaitLive("t/shouts.camel.yaml");
        assertThat(hub.get("/t/shouts").body()).isEqualTo("oh first");

        hub.write("t/shout-action.kamelet.yaml", kamelet.replace("first", "second"))
                .awaitLive("t/shout-action.kamelet.yaml");
        assertThat(hub.get("/t/shouts").body()).isEqualTo("oh second");

        hub.delete("t/shouts.camel.yaml")
                .delete("t/shout-action.kamelet.yaml")
                .awaitLive("t/shout-action.kamelet.yaml");
        assertThat(hub.camel().getRoutes().stream().map(Route::getRouteId)).noneMatch(id -> id.contains("shout"));
    }

    private static String kamelet(String name, String text) {
        return """
                apiVersion: camel.apache.org/v1
                kind: Kamelet
                metadata:
                  name: %s
                  labels:
                    camel.apache.org/kamelet.type: action
                spec:
                  definition:
                    title: Shout
                    required: [label]
                    properties:
                      label:
                        title: Label
                        type: string
                  template:
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            simple: "${body} %s {{label}}"
                """.formatted(name, text);
    }

    private static String template(String name, String text) {
        return """
                - routeTemplate:
                    id: %s
                    parameters:
                      - name: label
                    from:
                      uri: kamelet:source
                      steps:
                        - setBody:
                            simple: "${body} %s {{label}}"
                """.formatted(name, text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "to       | - to: kamelet:NAME?label=L",
                "step     | - kamelet: {name: NAME, parameters: {label: L}}",
                "inline   | - kamelet: NAME?label=L",
                "branch   | - choice: {when: [{simple: '${body} != null', steps: [{kamelet: {name: NAME, parameters: {label: L}}}]}]}",
                "dynamic  | - toD: kamelet:NAME?label=L",
                "list     | - recipientList: {constant: 'kamelet:NAME?label=L'}",
                "slip     | - routingSlip: {constant: 'kamelet:NAME?label=L'}",
                "enriched | - enrich: {constant: 'kamelet:NAME?label=L'}"
            })
    void whatUsesAKameletOrATemplateHasItsNewContentAtOnce(String id, String steps) {
        for (var isKamelet : List.of(true, false)) {
            var name = "shout-" + id + (isKamelet ? "-k" : "-t");
            var brought = "t/" + name + (isKamelet ? ".kamelet.yaml" : ".camel.yaml");
            var user = "t/uses-" + name + ".camel.yaml";
            hub.write(brought, isKamelet ? kamelet(name, "one") : template(name, "one"))
                    .awaitLive(brought);
            hub.write(
                            user,
                            route("uses-" + name, "/t/" + name, "x")
                                    + steps.replace("NAME", name).indent(8))
                    .awaitLive(user);
            assertThat(hub.get("/t/" + name).body()).isEqualTo("x one L");

            for (var text : List.of("two", "three")) {
                hub.write(brought, isKamelet ? kamelet(name, text) : template(name, text))
                        .awaitLive(brought);
                assertThat(hub.get("/t/" + name).body()).isEqualTo("x " + text + " L");
            }
            hub.delete(user).awaitLive(user);
            hub.delete(brought).awaitLive(brought);
            assertThat(hub.camel().getRoutes().stream().map(Route::getRouteId)).noneMatch(each -> each.contains(name));
        }
    }

    @Test
    void onlyTheFileThatIsWrongHasAFinding() {
        var bystanders = List.of("t/Bystander.java", "t/first-bystander.kamelet.yaml", "t/zoo-bystander.kamelet.yaml");
        hub.write(bystanders.get(0), """
                import org.apache.camel.builder.RouteBuilder;

                public class Bystander extends RouteBuilder {
                    @Override
                    public void configure() {
                        from("direct:bystander").routeId("bystander").log("file ${body}");
                    }
                }
                """)
                .write(bystanders.get(1), kamelet("first-bystander", "a"))
                .write(bystanders.get(2), kamelet("zoo-bystander", "z"))
                .awaitLive(bystanders.toArray(String[]::new));
        var configuration = """
                - routeConfiguration:
                    id: chosen
                    onException:
                      - onException:
                          exception: [java.io.IOException]
                          handled: {constant: "true"}
                """;
        var user = "t/chooses.camel.yaml";
        hub.write("t/chosen.camel.yaml", configuration)
                .write(
                        user,
                        route("chooses", "/t/chooses", "x")
                                .replace("id: chooses", "id: chooses\n    routeConfigurationId: chosen"))
                .awaitLive("t/chosen.camel.yaml", user);

        hub.write("t/chosen.camel.yaml", configuration.replace("chosen", "other"));
        assertThat(hub.awaitRefused("t/chosen.camel.yaml"))
                .extracting(Finding::file)
                .containsOnly(user);
        hub.write("t/chosen.camel.yaml", configuration).awaitLive("t/chosen.camel.yaml");

        var wrong = kamelet("middle-wrong", "x").replace("- setBody:", "- bean: {ref: nowhere}\n        - setBody:");
        hub.write("t/middle-wrong.kamelet.yaml", wrong)
                .write(
                        "t/uses-wrong.camel.yaml",
                        route("uses-wrong", "/t/uses-wrong", "x")
                                + "        - kamelet: {name: middle-wrong, parameters: {label: L}}\n");
        assertThat(hub.awaitRefused("t/uses-wrong.camel.yaml"))
                .extracting(Finding::file)
                .isNotEmpty()
                .isSubsetOf("t/middle-wrong.kamelet.yaml", "t/uses-wrong.camel.yaml");
        hub.delete("t/uses-wrong.camel.yaml");
        hub.delete("t/middle-wrong.kamelet.yaml");
        hub.delete(user).delete("t/chosen.camel.yaml").awaitLive(user, "t/chosen.camel.yaml");
        bystanders.forEach(hub::delete);
        hub.awaitLive(bystanders.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void filesThatNeedEachOtherAreLiveWhenTheLastOfThemIsSaved(boolean isUserFirst) {
        var template = "t/pair-template.camel.yaml";
        var user = "t/pair-user.camel.yaml";
        var other = "t/pair-other.camel.yaml";
        hub.write(template, pairTemplate("who"))
                .write(user, pairUser("one", "who"))
                .write(other, pairUser("two", "who"))
                .awaitLive(template, user, other);

        var changes = new ArrayList<Runnable>(List.of(
                () -> hub.write(template, pairTemplate("name")),
                () -> hub.write(user, pairUser("one", "name")),
                () -> hub.write(other, pairUser("two", "name"))));
        var paths = new ArrayList<>(List.of(template, user, other));
        if (isUserFirst) {
            Collections.reverse(changes);
            Collections.reverse(paths);
        }
        changes.get(0).run();
        hub.awaitRefused(paths.get(0));
        changes.get(1).run();
        hub.awaitRefused(paths.get(1));
        changes.get(2).run();

        hub.awaitLive(template, user, other);
        await().until(() -> !hub.reloader().refused().keySet().stream().anyMatch(paths::contains));
        paths.forEach(hub::delete);
        hub.awaitLive(template, user, other);
    }

    private static String pairTemplate(String parameter) {
        return """
                - routeTemplate:
                    id: pair
                    parameters:
                      - name: %1$s
                    from:
                      uri: "direct:pair-{{%1$s}}"
                      steps:
                        - log: "{{%1$s}}"
                """.formatted(parameter);
    }

    private static String pairUser(String id, String parameter) {
        return """
                - templatedRoute:
                    routeTemplateRef: pair
                    routeId: pair-%1$s
                    parameters:
                      - name: %2$s
                        value: %1$s
                """.formatted(id, parameter);
    }

    @Test
    void callsOfARouteThatIsGoneFailAtOnce() {
        hub.write("t/calls.camel.yaml", route("calls", "/t/calls", "x") + "        - to: direct:called\n")
                .awaitLive("t/calls.camel.yaml");
        var before = System.nanoTime();
        assertThat(hub.get("/t/calls").statusCode()).isEqualTo(503);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(10));
        hub.delete("t/calls.camel.yaml").awaitLive("t/calls.camel.yaml");
    }

    @Test
    void editorsWaysOfSavingAreSeen() throws IOException {
        var file = "t/saved.camel.yaml";
        // a temporary file, renamed
        hub.write("t/.saved.camel.yaml.swp", "half")
                .write("t/saved.camel.yaml~", "old")
                .write("t/saved.tmp", "half");
        Files.writeString(hub.file("t/saved.tmp"), route("saved", "/t/saved", "renamed"));
        Files.move(hub.file("t/saved.tmp"), hub.file(file), StandardCopyOption.ATOMIC_MOVE);
        hub.awaitLive(file);
        assertThat(hub.get("/t/saved").body()).isEqualTo("renamed");
        assertThat(hub.reloader().refused().keySet()).noneMatch(path -> path.contains("swp") || path.contains("~"));

        // a ConfigMap: links into a folder that is replaced as a whole
        Files.createDirectories(hub.file("mounted/..1"));
        Files.createDirectories(hub.file("mounted/..2"));
        Files.writeString(hub.file("mounted/..1/mounted.camel.yaml"), route("mounted", "/t/mounted", "first"));
        Files.writeString(hub.file("mounted/..2/mounted.camel.yaml"), route("mounted", "/t/mounted", "second"));
        Files.createSymbolicLink(hub.file("mounted/..data"), Path.of("..1"));
        Files.createSymbolicLink(hub.file("mounted/mounted.camel.yaml"), Path.of("..data/mounted.camel.yaml"));
        hub.awaitLive("mounted/mounted.camel.yaml");
        assertThat(hub.get("/t/mounted").body()).isEqualTo("first");
        Files.createSymbolicLink(hub.file("mounted/..next"), Path.of("..2"));
        Files.move(hub.file("mounted/..next"), hub.file("mounted/..data"), StandardCopyOption.ATOMIC_MOVE);
        hub.awaitLive("mounted/mounted.camel.yaml");
        assertThat(hub.get("/t/mounted").body()).isEqualTo("second");
        assertThat(hub.reloader().files().keySet()).noneMatch(path -> path.contains(".."));
    }

    @Test
    void fiftyFilesOfWhichOneIsBadGoLiveButThatOne() {
        for (int i = 0; i < 50; i++) {
            hub.write("many/many-" + i + ".camel.yaml", route("many-" + i, "/t/many-" + i, "x"));
        }
        hub.write("many/many-7.camel.yaml", "nonsense: [");
        hub.awaitRefused("many/many-7.camel.yaml");
        for (int i = 0; i < 50; i++) {
            if (i != 7) {
                hub.awaitLive("many/many-" + i + ".camel.yaml");
            }
        }
        assertThat(hub.get("/t/many-49").body()).isEqualTo("x");
        assertThat(hub.get("/t/many-7").statusCode()).isEqualTo(404);
    }

    @Test
    void aRequestThatTakesLongerThanTheGateIsPatientIsNotLost(CapturedOutput output) throws Exception {
        var file = "t/slow.camel.yaml";
        var slow =
                route("slow", "/t/slow", "first").replace("- setBody", "- delay: {constant: 3000}\n        - setBody");
        hub.write(file, slow).awaitLive(file);
        var inHand = CompletableFuture.supplyAsync(() -> hub.get("/t/slow"));
        await().until(() -> hub.camel().getInflightRepository().size("slow") == 1);

        // drain-timeout is 1 s here: the first tries leave everything as it is
        hub.write(file, slow.replace("first", "second"));
        var meanwhile = CompletableFuture.supplyAsync(() -> hub.get("/t/slow"));
        await().untilAsserted(() ->
                assertThat(output).contains("route slow has").contains("nothing is changed, it is tried again"));
        assertThat(inHand.get().body()).isEqualTo("first");
        assertThat(meanwhile.get().statusCode()).isEqualTo(200);
        hub.awaitLive(file);
        assertThat(hub.get("/t/slow").body()).isEqualTo("second");
    }

    @Test
    void anEventThatTakesLongerThanTheDrainIsBegunOnceAndTheEditWaits(CapturedOutput output) {
        var began = new AtomicInteger();
        var over = new CountDownLatch(1);
        hub.register("longWork", (Processor) exchange -> {
            began.incrementAndGet();
            over.await();
        });
        var file = "t/long-event.camel.yaml";
        var text = route("long-event", "x", "first")
                .replace("platform-http:x", "event:takes.long?subscription=takes-long")
                .replace("- setBody", "- process: {ref: longWork}\n        - setBody");
        hub.write(file, text).awaitLive(file);
        hub.send("POST", "/api/events/takes.long", "{}");
        await().atMost(Duration.ofSeconds(20)).until(() -> began.get() == 1);

        hub.write(file, text.replace("first", "second"));
        await().atMost(Duration.ofSeconds(90))
                .until(() -> output.getAll().split("route long-event has 1 in hand", -1).length > 2);
        assertThat(hub.get("/api/subscriptions").body())
                .containsPattern("\"name\":\"takes-long\"[^}]*\"state\":\"ACTIVE\"");
        over.countDown();

        hub.awaitLive(file);
        hub.send("POST", "/api/events/takes.long", "{}");
        await().atMost(Duration.ofSeconds(20)).until(() -> began.get() == 2);
        await().during(Duration.ofSeconds(1)).until(() -> began.get() == 2);
        hub.delete(file).awaitLive(file);
    }

    @Test
    void aSubscriptionOutlivesItsRouteUntilAPersonRemovesIt() {
        var file = "t/subscribes.camel.yaml";
        hub.write(file, route("subscribes", "x", "x").replace("platform-http:x", "event:gone.*?subscription=gone"))
                .awaitLive(file);
        assertThat(hub.send("DELETE", "/api/subscriptions/gone", "").statusCode())
                .isEqualTo(409);

        hub.delete(file).awaitLive(file);
        assertThat(hub.send("POST", "/api/events/gone.by", "{}").statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(hub.get("/api/subscriptions").body())
                        .contains("\"gone\"")
                        .contains("ORPHANED"));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> hub.get("/api/subscriptions").body().contains("\"backlog\":1"));
        var removed = hub.send("DELETE", "/api/subscriptions/gone", "");
        assertThat(removed.body()).isEqualTo("{\"name\":\"gone\",\"messages\":1}");
        assertThat(hub.get("/api/subscriptions").body()).doesNotContain("\"gone\"");
        assertThat(hub.send("DELETE", "/api/subscriptions/gone", "").statusCode())
                .isEqualTo(404);
    }
}
