// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.serai.Apart;
import io.serai.routes.lint.Finding;
import io.serai.routes.lint.PolicyNames;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.RouteLinter;
import io.serai.routes.reload.Hash;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;
import org.xml.sax.InputSource;
import picocli.CommandLine;

/** Commands as they are typed. */
class CliTest {

    private static final String WRONG = """
            # in:
            # out:
            # on error:
            # idempotent by:
            - route:
                id: a
                from:
                  uri: direct:a
                  steps:
                    - to: flie:out
            """;

    private static ConfigurableApplicationContext noBeans() {
        throw new IllegalStateException("this command needs none");
    }

    @TempDir
    Path home;

    private Path routes;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void makeHome() throws IOException {
        routes = Files.createDirectory(home.resolve("routes"));
    }

    /** Commands are processes of their own; here the other tests still want to log. */
    @AfterEach
    void logAgain() {
        LoggingSystem.get(CliTest.class.getClassLoader()).cleanUp();
    }

    private int lint(String... arguments) {
        return execute(new Lint(defaults()), arguments);
    }

    private int make(String... arguments) {
        return execute(new New(defaults()), arguments);
    }

    private int execute(Object command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }

    private Map<String, Object> defaults() {
        return Map.of("serai.routes.directory", routes.toString(), "serai.failure.policies.nightly.delays", "8h");
    }

    @Test
    void withoutErrorsTheExitCodeIsZero() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG.replace("flie:", "file:"));
        assertThat(lint()).isZero();
        assertThat(out.toString()).contains("0 errors, 0 warnings in 1 files");
    }

    @Test
    void errorsAreShownWithTheirPlaceAndTheExitCodeIsOne() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        assertThat(lint()).isEqualTo(1);
        assertThat(out.toString())
                .contains("a.camel.yaml:10:15: error unknown-component: ")
                .contains("did you mean 'file'?");
    }

    @Test
    void configuredPoliciesAreKnown() throws IOException {
        Files.writeString(
                routes.resolve("a.camel.yaml"),
                WRONG.replace("direct:a", "event:a?subscription=a&retry=nightly")
                        .replace("flie:", "file:"));
        assertThat(lint()).isZero();
    }

    @Test
    void aPathThatIsNotThereIsExitCodeTwo() {
        assertThat(Cli.execute(
                        defaults(),
                        hub -> {},
                        CliTest::noBeans,
                        "lint",
                        routes.resolve("none").toString()))
                .isEqualTo(2);
        assertThat(lint("--format", "xml")).isEqualTo(2);
    }

    @Test
    void oneFileIsLintedAmongTheOthers() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        var other = Files.writeString(
                routes.resolve("b.camel.yaml"), WRONG.replace("flie:", "file:").replace("direct:a", "direct:b"));
        assertThat(lint(other.toString())).isEqualTo(1);
        assertThat(out.toString()).contains("duplicate-id").doesNotContain("unknown-component");
    }

    @Test
    void jsonIsTheListOfFindings() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        lint("--format", "json");
        var first = new ObjectMapper().readTree(out.toString()).get(0);
        assertThat(first.get("rule").asText()).isEqualTo("unknown-component");
        assertThat(first.get("severity").asText()).isEqualTo("ERROR");
        assertThat(first.get("line").asInt()).isEqualTo(10);
        assertThat(first.get("column").asInt()).isEqualTo(15);
        assertThat(first.get("hint").asText()).isEqualTo("did you mean 'file'?");
    }

    @Test
    void sarifNamesRuleLevelAndPlace() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        lint("--format", "sarif");
        var log = new ObjectMapper().readTree(out.toString());
        assertThat(log.get("version").asText()).isEqualTo("2.1.0");
        var result = log.at("/runs/0/results/0");
        assertThat(result.get("ruleId").asText()).isEqualTo("unknown-component");
        assertThat(result.get("level").asText()).isEqualTo("error");
        assertThat(result.at("/locations/0/physicalLocation/region/startLine").asInt())
                .isEqualTo(10);
    }

    @Test
    void junitFailsTheFilesWithErrors() throws Exception {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        Files.writeString(
                routes.resolve("b.camel.yaml"), WRONG.replace("flie:", "file:").replace(": a", ": b"));
        lint("--format", "junit");
        var suite = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(out.toString())))
                .getDocumentElement();
        assertThat(suite.getAttribute("tests")).isEqualTo("2");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getElementsByTagName("testcase").getLength()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rest-to-event", "event-to-rest", "file-to-event", "event-to-file", "sql-to-event", "timer"})
    void aNewRouteHasNoErrors(String kind) throws IOException {
        assertThat(make(kind, "receive-parcel", "--folder", "parcels", "--event", "parcel.received"))
                .as(err.toString())
                .isZero();
        var file = routes.resolve("parcels/receive-parcel.camel.yaml");
        var route = new RouteFile("parcels/receive-parcel.camel.yaml", Files.readAllBytes(file));
        var findings =
                new ArrayList<Finding>(new RouteLinter(PolicyNames.BUILT_IN, name -> Optional.empty(), name -> true)
                        .lint(List.of(route), List.of(route)));
        findings.removeIf(each -> each.rule().startsWith("nobody-"));
        assertThat(findings).isEmpty();
        assertThat(Files.readString(file)).contains("id: receive-parcel").doesNotContain("NAME", "EVENT");
    }

    @Test
    void aNewRouteHasATestThatPasses() {
        for (var kind : New.KINDS) {
            assertThat(make(kind, "begin-" + kind, "--folder", "parcels")).isZero();
        }
        assertThat(execute(new io.serai.routes.cli.Test(defaults(), () -> Apart.start(Map.of()))))
                .as(out.toString())
                .isZero();
        assertThat(out.toString()).contains(New.KINDS).contains("9 passed, 0 failed");
    }

    @Test
    void whatIsThereIsNotOverwritten() throws IOException {
        Files.writeString(routes.resolve("tick-clock.camel.yaml"), "mine");
        assertThat(Cli.execute(defaults(), hub -> {}, CliTest::noBeans, "new", "timer", "tick-clock"))
                .isEqualTo(2);
        assertThat(Files.readString(routes.resolve("tick-clock.camel.yaml"))).isEqualTo("mine");
    }

    @Test
    void namesThatWouldLeaveTheFolderAreRefused() {
        assertThat(make("timer", "../out")).isEqualTo(2);
        assertThat(make("timer", "a", "--folder", "../out")).isEqualTo(2);
        assertThat(make("timre", "a")).isEqualTo(2);
        assertThat(home.resolve("out.camel.yaml")).doesNotExist();
    }

    @Test
    void withoutACommandTheHubIsRun() {
        var started = new ArrayList<List<String>>();
        assertThat(Cli.execute(defaults(), each -> started.add(List.of(each)), CliTest::noBeans))
                .isEqualTo(Cli.RUNS_ON);
        assertThat(Cli.execute(defaults(), each -> started.add(List.of(each)), CliTest::noBeans, "--server.port=1"))
                .isEqualTo(Cli.RUNS_ON);
        assertThat(Cli.execute(
                        defaults(), each -> started.add(List.of(each)), CliTest::noBeans, "run", "--server.port=2"))
                .isEqualTo(Cli.RUNS_ON);
        assertThat(started).containsExactly(List.of(), List.of("--server.port=1"), List.of("--server.port=2"));
    }

    @Test
    void whyAHubDoesNotStartIsSaidOnce() {
        var printed = new ByteArrayOutputStream();
        var console = System.err;
        System.setErr(new PrintStream(printed, true, UTF_8));
        try {
            assertThat(Cli.execute(
                            defaults(),
                            hub -> {
                                throw new IllegalStateException("said already");
                            },
                            CliTest::noBeans,
                            "run"))
                    .isEqualTo(2);
        } finally {
            System.setErr(console);
        }
        assertThat(printed.toString(UTF_8)).isEmpty();
    }

    @Test
    void testsAreRunAndTold() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), """
                - route: {id: a, from: {uri: "timer:a", steps: [{setBody: {constant: hello}}]}}
                """);
        Files.writeString(routes.resolve("a.test.yaml"), """
                - {name: greets, expect: {answer: {body: hello}}}
                - {name: sings, within: 1ms, expect: {answer: {body: la}}}
                """);
        assertThat(execute(new io.serai.routes.cli.Test(defaults(), () -> Apart.start(Map.of()))))
                .isEqualTo(1);
        assertThat(out.toString())
                .contains("ok   a.test.yaml: greets", "FAIL a.test.yaml: sings", "1 passed, 1 failed");
        assertThat(execute(
                        new io.serai.routes.cli.Test(defaults(), CliTest::noBeans),
                        home.resolve("routes/none.test.yaml").toString()))
                .isNotZero();
    }

    /** A hub that runs these files and lets one reader in. */
    private int diffAgainst(Map<String, String> running, String... arguments) throws IOException {
        var hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/api/route-files", exchange -> {
            var known = ("Basic " + Base64.getEncoder().encodeToString("rita:secret".getBytes(UTF_8)))
                    .equals(exchange.getRequestHeaders().getFirst("Authorization"));
            var items = running.entrySet().stream()
                    .map(file -> Map.of(
                            "path",
                            file.getKey(),
                            "running",
                            Map.of("hash", Hash.of(file.getValue().getBytes(UTF_8)))))
                    .toList();
            var body = new ObjectMapper().writeValueAsBytes(Map.of("editable", true, "items", items));
            exchange.sendResponseHeaders(known ? 200 : 401, known ? body.length : -1);
            if (known) {
                exchange.getResponseBody().write(body);
            }
            exchange.close();
        });
        hub.start();
        try {
            var all = new ArrayList<>(
                    List.of("--url", "http://localhost:" + hub.getAddress().getPort() + "/"));
            all.addAll(List.of(arguments));
            return execute(new Diff(defaults(), Map.of("SERAI_PASSWORD", "secret")), all.toArray(String[]::new));
        } finally {
            hub.stop(0);
        }
    }

    @Test
    void aFolderThatRunsAsItIsDoesNotDiffer() throws IOException {
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        assertThat(diffAgainst(Map.of("a.camel.yaml", WRONG), "--user", "rita")).isZero();
        assertThat(out.toString()).contains("0 differ");
    }

    @Test
    void whatDiffersFromWhatRunsIsNamed() throws IOException {
        Files.createDirectory(routes.resolve("t"));
        Files.writeString(routes.resolve("a.camel.yaml"), WRONG);
        Files.writeString(routes.resolve("t/b.camel.yaml"), WRONG);
        Files.writeString(routes.resolve("same.camel.yaml"), WRONG);
        var running = Map.of("a.camel.yaml", "other", "c.camel.yaml", "gone", "same.camel.yaml", WRONG);
        assertThat(diffAgainst(running, "--user", "rita")).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly("changed a.camel.yaml", "missing c.camel.yaml", "added   t/b.camel.yaml", "3 differ");
    }

    @Test
    void aHubThatDoesNotAnswerIsExitCodeTwo() {
        for (var arguments : List.of(
                List.of("diff", "--url", "http://localhost:1"),
                List.of("diff", "--url", "nowhere"),
                List.of("diff", routes.resolve("none").toString()))) {
            assertThat(Cli.execute(defaults(), hub -> {}, CliTest::noBeans, arguments.toArray(String[]::new)))
                    .as(arguments.toString())
                    .isEqualTo(2);
        }
    }

    @Test
    void aHubThatDoesNotAnswerIsNamedWithTheWayOut() throws IOException {
        int port;
        try (var nobody = new ServerSocket(0)) {
            port = nobody.getLocalPort();
        }

        assertThat(execute(new Diff(defaults(), Map.of()), "--url", "http://localhost:" + port))
                .isNotZero();

        assertThat(err.toString())
                .contains("no hub answers at http://localhost:" + port)
                .contains("say where it is by --url");
    }

    @Test
    void whoIsNotLetInIsNotToldThatNothingDiffers() throws IOException {
        // picocli's own code for what a command throws; Cli makes 2 of it
        assertThat(diffAgainst(Map.of())).isNotZero();
        assertThat(err.toString()).contains("401").contains("--user");
    }
}
