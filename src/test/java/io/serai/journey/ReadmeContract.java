// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import io.serai.journey.Readme.Block;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/**
 * What README.md tells people to type works, in its order, and answers as printed there; on whatever broker and database.
 *
 * <p>The hub is the one that is shipped. Only its port is another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ReadmeContract {

    static final String PRODUCTION = "export SPRING_PROFILES_ACTIVE=production";

    private static final String CI = ".ci/run";

    private static final String DEPLOYMENT = "not run; DeploymentIT checks the files it uses";

    /** By their first line, the blocks that are not run here, and where they are. */
    /** Parts of files that TlsJourney, UsersTest and MessagesAreNoCodeIT try. */
    private static final Set<String> SHOWN =
            Set.of("spring:", "- name: ann", "- setProperty: {name: allowedUris, constant: \"direct:a,direct:b-*\"}");

    private static final Map<String, String> ELSEWHERE = Map.of(
            "./mvnw spring-boot:run",
            CI,
            "./mvnw -B verify",
            CI,
            "./mvnw package",
            "the build of this test has packaged, and its hub is started by target/serai/bin/serai",
            PRODUCTION,
            "ServersReadmeJourney",
            "cp .env.example .env && chmod 600 .env      # fill in; target/serai/bin/serai password makes a bcrypt hash",
            DEPLOYMENT,
            "sudo cp -r target/serai /opt/serai",
            DEPLOYMENT,
            " HTTP client ─┐                                               ┌─> route ─> old system (file, table)",
            "a drawing");

    private static final Pattern FILE = Pattern.compile("Save this as `(routes/[a-z/-]+\\.(?:camel|test)\\.yaml)`");
    private static final Pattern FILES_MADE = Pattern.compile("(mkdir|cp|mv) .*");
    private static final Pattern PRINTING = Pattern.compile("(curl|ls|cat) .*");
    private static final Pattern CHANGING = Pattern.compile("curl .*-(d|X) .*");
    private static final Pattern WAREHOUSE = Pattern.compile("/api/demo/warehouse|/api/stock/");
    // a failed event may have to wait for its third round, 30 s and a fifth
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    @TempDir
    static Path output;

    private final Printed printed = new Printed();
    private final List<Terminal.Screen> watching = new ArrayList<>();
    private Terminal terminal;
    private Readme readme;
    private Map<String, String> servers = Map.of();
    private HubProcess hub;

    abstract Map<String, String> servers();

    /** The warehouse host can be played with the embedded broker only; the README says so. */
    private boolean hasDemoWarehouse() {
        return servers.isEmpty();
    }

    @BeforeAll
    void start() throws IOException {
        Terminal.missing().ifPresent(reason -> {
            assertThat(System.getenv("CI")).as(reason).isNotEqualTo("true");
            Assumptions.abort(reason);
        });
        readme = Readme.of(Path.of("README.md"));
        terminal = new Terminal(folder, output);
        for (var part : List.of("routes", "config", "samples")) {
            FileSystemUtils.copyRecursively(Path.of(part), folder.resolve(part));
        }
        servers = servers();
        hub = shipped().with(servers).start().awaitReady();
    }

    @AfterAll
    void stop() {
        watching.forEach(Terminal.Screen::close);
        if (hub != null) {
            hub.close();
        }
    }

    /** A hub as it is shipped, in the folder. */
    static HubProcess shipped() {
        var program = Path.of("target/serai/bin/serai").toAbsolutePath();
        assertThat(program).as("made by ./mvnw package").isExecutable();
        return HubProcess.in(folder)
                .by(program.toString())
                .env("JAVA_HOME", System.getProperty("java.home"))
                .env("JAVA_OPTS", "-Xmx512m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC");
    }

    Readme readme() {
        return readme;
    }

    @TestFactory
    Stream<DynamicTest> everyBlockDoesWhatItSays() {
        return readme.blocks().stream()
                .filter(block -> !readme.isAnswer(block))
                .map(block -> DynamicTest.dynamicTest(block.toString(), () -> check(block)));
    }

    private void check(Block block) throws IOException {
        if (SHOWN.contains(block.firstLine())) {
            return;
        }
        var elsewhere = ELSEWHERE.get(block.firstLine());
        if (elsewhere != null) {
            if (elsewhere.equals(CI)) {
                assertThat(Path.of(CI))
                        .content()
                        .containsPattern("(?m)^ *" + Pattern.quote(block.text().strip()) + "(?= &|$)");
            }
        } else if (block.isCommands() && block.text().startsWith("curl -N ")) {
            watch(block);
        } else if (block.isCommands() && all(block, FILES_MADE)) {
            assertThat(terminal.run(block.text())).isEmpty();
        } else if (block.isCommands() && all(block, PRINTING)) {
            run(block);
        } else if (block.language().equals("yaml")) {
            save(block);
        } else if (block.language().isEmpty() && !watching.isEmpty()) {
            var among = "…\n" + block.text() + "…\n";
            await().atMost(SOON)
                    .untilAsserted(
                            () -> assertPrinted(block, among, watching.get(0).text()));
        } else {
            fail("%s: no rule covers this block; see to it that it is run, or say in ELSEWHERE where it is", block);
        }
    }

    /** In a terminal of its own; what the text prints without a command before it is seen there. */
    private void watch(Block commands) {
        var screen = terminal.start("exec " + here(commands));
        watching.add(screen);
        await().atMost(SOON).until(() -> !screen.text().isEmpty());
    }

    private void run(Block commands) {
        var answer = readme.answerTo(commands)
                .orElseThrow(() -> new AssertionError(commands + ": what it prints is to follow"));
        if (!hasDemoWarehouse() && WAREHOUSE.matcher(commands.text()).find()) {
            // played there by ServersWarehouseJourney
            assertThat(terminal.run(here(commands))).contains("/problems/not-found");
        } else if (CHANGING.matcher(commands.text()).find()) {
            if (commands.text().contains("\"failureRate\":1")) {
                awaitShipped();
            }
            assertPrinted(answer, answer.text(), terminal.run(here(commands)));
        } else {
            // a person is slower than the hub, this test is not
            await().atMost(SOON)
                    .untilAsserted(() -> assertPrinted(answer, answer.text(), terminal.run(here(commands))));
        }
    }

    /** What is still on its way when fulfilment breaks fails with the order of the text. */
    private void awaitShipped() {
        var client = new HubClient(hub);
        await().atMost(SOON)
                .ignoreExceptions()
                .until(() -> client.events("type=order.shipped").size()
                        >= client.events("type=order.placed").size());
    }

    private static boolean all(Block commands, Pattern line) {
        return commands.text().lines().allMatch(line.asMatchPredicate());
    }

    private void save(Block route) throws IOException {
        var file = FILE.matcher(route.lead());
        assertThat(file.find())
                .as("%s: where to save it, as in %s", route, FILE)
                .isTrue();
        var path = folder.resolve(file.group(1));
        Files.createDirectories(path.getParent());
        Files.writeString(path, route.text());
        if (path.toString().endsWith(".camel.yaml")) {
            var state = "curl -s http://localhost:" + hub.port() + "/api/route-files/"
                    + file.group(1).substring("routes/".length());
            await().atMost(SOON).until(() -> terminal.run(state).contains("\"state\":\"LIVE\""));
        }
    }

    private void assertPrinted(Block block, String expected, String answered) {
        assertThat(printed.matches(expected, answered))
                .as("%s%nprinted there:%n%s%nanswered here:%n%s", block, expected, answered)
                .isTrue();
    }

    private String here(Block commands) {
        return commands.text().replace("localhost:8080", "localhost:" + hub.port());
    }
}
