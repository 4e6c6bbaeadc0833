// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.Apart;
import io.serai.message.Invalid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;

/** A case fails where the route does not do what it says, and says how. */
class RouteTesterIT {

    private static final String ROUTE = """
            - route:
                id: forward
                from:
                  uri: timer:tick
                  steps:
                    - setHeader: {name: n, constant: "1"}
                    - to: http:away.test/x
                    - to: "event:thing.done?subject=s"
                    - to: sql:insert into users (id, name, email, version, created_at, updated_at) values ('1', 'n', 'e', 1, current_timestamp, current_timestamp)
            """;
    private static final String MOCK = "mocks: [{endpoint: 'http://away.test*', reply: {body: {a: 1}}}], ";

    private static ConfigurableApplicationContext hub;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        hub = Apart.start(Map.of());
    }

    @AfterAll
    static void stop() {
        hub.close();
    }

    @Test
    void aCasePassesWhereTheRouteDoesWhatItSays() {
        assertThat(problems("{name: a, " + MOCK
                        + "expect: {answer: {body: [{a: 1}]}, reached: [{endpoint: 'http://away.test*', count: 1, headers: {n: 1}},"
                        + "{endpoint: 'event:thing.done', body: {a: 1}, headers: {CamelCloudEventSubject: s}}],"
                        + "rows: [{sql: select name from users, are: [{name: n}]}]}}"))
                .singleElement()
                .asString()
                .contains("the answer");
        assertThat(problems("{name: a, " + MOCK
                        + "expect: {reached: [{endpoint: 'http://away.test*', count: 1, headers: {n: 1}},"
                        + "{endpoint: 'event:thing.done', body: {a: 1}, headers: {CamelCloudEventSubject: s}}],"
                        + "rows: [{sql: select name from users, are: [{name: n}]}]}}"))
                .isEmpty();
    }

    @Test
    void whatNobodyAnswersOrExpectsIsNamed() {
        assertThat(problems("{name: a, within: 1ms, expect: {}}"))
                .containsExactly("http://away.test/x was called, which no mock answers and no expectation names");
    }

    @Test
    void aWrongCountBodyHeaderAndRowAreSaid() {
        assertThat(problems("{name: a, within: 1ms, " + MOCK
                        + "expect: {reached: [{endpoint: 'event:thing.done', count: 2},"
                        + "{endpoint: 'event:thing.done', body: {a: 2}}, {endpoint: 'http://away.test*', headers: {n: 2}},"
                        + "{endpoint: 'event:other'}], rows: [{sql: select name from users, are: [{name: x}]}]}}"))
                .hasSize(5)
                .anyMatch(problem -> problem.contains("was to get 2 messages, and got 1"))
                .anyMatch(problem -> problem.contains("Expected: 2"))
                .anyMatch(problem -> problem.contains("header n was to be 2, and is 1"))
                .anyMatch(problem -> problem.contains("event:other was to get a message, and got 0"))
                .anyMatch(problem -> problem.contains("select name from users"));
    }

    @Test
    void aMockThatFailsFailsTheRoute() {
        var failing =
                "mocks: [{endpoint: 'http://away.test*', failure: {type: java.net.ConnectException, message: no}}], ";
        assertThat(problems("{name: a, " + failing + "expect: {failure: {type: ConnectException, message: no}}}"))
                .isEmpty();
        assertThat(problems("{name: a, " + failing + "expect: {}}"))
                .anyMatch(problem -> problem.startsWith("the route failed"));
        assertThat(problems("{name: a, " + failing + "expect: {failure: {type: FileNotFoundException}}}"))
                .singleElement()
                .asString()
                .contains("was to fail with FileNotFoundException");
    }

    @Test
    void aDraftTakesThePlaceOfTheFile() throws Exception {
        Files.writeString(folder.resolve("forward.camel.yaml"), "- nonsense");
        var draft = new TestedFiles(
                folder,
                Map.of(
                        "forward.camel.yaml", ROUTE.getBytes(StandardCharsets.UTF_8),
                        "forward.test.yaml", ("[{name: a, " + MOCK + "expect: {}}]").getBytes(StandardCharsets.UTF_8)));
        assertThat(hub.getBean(RouteTester.class).test(draft, "forward.test.yaml"))
                .singleElement()
                .matches(CaseResult::passed);
    }

    @Test
    void aRouteThatDoesNotLoadFailsItsCases() throws Exception {
        Files.writeString(folder.resolve("forward.camel.yaml"), "- route: {from: {uri: 'timer:x', stepz: []}}");
        Files.writeString(folder.resolve("forward.test.yaml"), "[{name: a, expect: {}}]");
        assertThat(hub.getBean(RouteTester.class).test(TestedFiles.of(folder), "forward.test.yaml"))
                .singleElement()
                .matches(result -> result.problems().get(0).startsWith("the case could not be run"));
    }

    @Test
    void pathsDoNotLeadOutOfTheFolder() {
        assertThatThrownBy(() -> TestedFiles.of(folder).read("../x.yaml")).isInstanceOf(Invalid.class);
    }

    private List<String> problems(String test) {
        try {
            Files.writeString(folder.resolve("forward.camel.yaml"), ROUTE);
            Files.writeString(folder.resolve("forward.test.yaml"), "[" + test + "]");
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
        return hub.getBean(RouteTester.class).test(TestedFiles.of(folder), "forward.test.yaml").stream()
                .flatMap(result -> result.problems().stream())
                .toList();
    }
}
