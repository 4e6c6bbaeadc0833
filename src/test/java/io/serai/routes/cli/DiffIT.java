// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.testing.HubInside;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import picocli.CommandLine;

/** {@code serai diff} against a hub that runs, and lets in whom it knows. */
class DiffIT {

    private static final String ROUTE = """
            - route:
                id: tick
                from:
                  uri: timer:tick
                  steps:
                    - log: first
            """;

    @TempDir
    static Path home;

    private static Path routes;
    private static ConfigurableApplicationContext hub;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() throws IOException {
        routes = home.resolve("routes");
        Files.createDirectories(routes.resolve("t"));
        Files.writeString(routes.resolve("t/tick.camel.yaml"), ROUTE);
        Files.writeString(routes.resolve("t/tick.test.yaml"), "- {name: ticks, expect: {}}\n");
        Files.writeString(routes.resolve("t/tick.schema.json"), "{}");
        hub = HubInside.start(List.of(
                "--server.port=0",
                "--serai.embedded.data=" + home.resolve("data"),
                "--serai.routes.directory=" + routes,
                "--serai.routes.poll-interval=50ms",
                "--serai.security.users[0].name=rita",
                "--serai.security.users[0].password=" + new BCryptPasswordEncoder(4).encode("secret"),
                "--serai.security.users[0].roles=reader"));
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    private int diff(Map<String, String> environment, String... arguments) {
        var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
        var all = new ArrayList<>(List.of("--url", "http://127.0.0.1:" + port));
        all.addAll(List.of(arguments));
        out.getBuffer().setLength(0);
        return new CommandLine(new Diff(Map.of("serai.routes.directory", routes.toString()), environment))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    @Test
    void whatIsSavedDiffersUntilItRuns() throws IOException {
        var rita = Map.of("SERAI_USER", "rita", "SERAI_PASSWORD", "secret");
        assertThat(diff(rita)).as(err.toString()).isZero();

        // refused: the hub runs the older one
        Files.writeString(routes.resolve("t/tick.camel.yaml"), ROUTE.replace("log:", "lgo:"));
        Files.writeString(routes.resolve("t/tock.camel.yaml"), "- route: [");
        assertThat(diff(rita)).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly("changed t/tick.camel.yaml", "added   t/tock.camel.yaml", "2 differ");

        Files.writeString(routes.resolve("t/tick.camel.yaml"), ROUTE.replace("first", "second"));
        Files.writeString(routes.resolve("t/tock.camel.yaml"), ROUTE.replace("tick", "tock"));
        Awaitility.await().until(() -> diff(rita) == 0);

        // another folder
        var elsewhere = home.resolve("elsewhere");
        Files.createDirectories(elsewhere.resolve("t"));
        Files.copy(routes.resolve("t/tick.camel.yaml"), elsewhere.resolve("t/tick.camel.yaml"));
        assertThat(diff(rita, elsewhere.toString())).isEqualTo(1);
        assertThat(out.toString().lines())
                .containsExactly(
                        "missing t/tick.schema.json",
                        "missing t/tick.test.yaml",
                        "missing t/tock.camel.yaml",
                        "3 differ");
    }

    @Test
    void whoIsNotKnownIsNotToldThatNothingDiffers() {
        for (var environment :
                List.of(Map.<String, String>of(), Map.of("SERAI_USER", "rita", "SERAI_PASSWORD", "wrong"))) {
            assertThat(diff(environment)).isNotZero();
            assertThat(err.toString()).contains("401");
        }
    }
}
