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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
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
                    - to: sql:insert into things (id, name) values ('1', 'n')
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

    @BeforeEach
    void makeTable() throws IOException {
        var scripts = Files.createDirectories(folder.resolve("things/db"));
        Files.writeString(
                scripts.resolve("V1__things.sql"), "CREATE TABLE things (id VARCHAR(36) PRIMARY KEY, name VARCHAR(9))");
    }

    @Test
    void aCasePassesWhereTheRouteDoesWhatItSays() {
        assertThat(problems("{name: a, " + MOCK
                        + "expect: {answer: {body: [{a: 1}]}, reached: [{endpoint: 'http://away.test*', count: 1, headers: {n: 1}},"
                        + "{endpoint: 'event:thing.done', body: {a: 1}, headers: {CamelCloudEventSubject: s}}],"
                        + "rows: [{sql: select name from things, are: [{name: n}]}]}}"))
                .singleElement()
                .asString()
                .contains("the answer");
        assertThat(problems("{name: a, " + MOCK
                        + "expect: {reached: [{endpoint: 'http://away.test*', count: 1, headers: {n: 1}},"
                        + "{endpoint: 'event:thing.done', body: {a: 1}, headers: {CamelCloudEventSubject: s}}],"
                        + "rows: [{sql: select name from things, are: [{name: n}]}]}}"))
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
                        + "{endpoint: 'event:other'}], rows: [{sql: select name from things, are: [{name: x}]}]}}"))
                .hasSize(5)
                .anyMatch(problem -> problem.contains("was to get 2 messages, and got 1"))
                .anyMatch(problem -> problem.contains("Expected: 2"))
                .anyMatch(problem -> problem.contains("header n was to be 2, and is 1"))
                .anyMatch(problem -> problem.contains("event:other was to get a message, and got 0"))
                .anyMatch(problem -> problem.contains("select name from things"));
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

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sql:select id from things?onConsume=delete from things",
                "timer:tick?period=10",
                "file:in?include=x",
                "spring-rabbitmq:default?queues=legacy",
                "scheduler:tick",
                "quartz:tick?cron=0+0+0+*+*+?",
            })
    void aRouteRunsFromTheMessageThatItsConsumerWouldHandOver(String from) {
        for (var policy : List.of("", "routeConfigurationId: standard, ")) {
            var route = "[{route: {id: forward, " + policy + "from: {uri: '" + from
                    + "', steps: [{to: 'http://away.test/x'}]}}}]";
            var given = "given: {at: forward, body: b, headers: {h: 1}}, ";
            assertThat(
                            problems(
                                    route,
                                    "{name: a, " + given + MOCK
                                            + "expect: {reached: [{endpoint: 'http://away.test*', count: 1, body: b, headers: {h: 1}}]}}"))
                    .isEmpty();
            assertThat(problems(
                            route,
                            "{name: a, " + given
                                    + "mocks: [{endpoint: 'http://away.test*', failure: {type: ConnectException}}], "
                                    + "expect: {failure: {type: java.net.ConnectException}}}"))
                    .isEmpty();
        }
    }

    @Test
    void aRouteWithARetryPolicyHasItsTriesInPlaceAndIsRefusedWhereTheHubRefusesIt() {
        var route =
                "[{route: {id: forward, routeConfigurationId: %s, from: {uri: '%s', steps: [{to: 'http://away.test/x'}]}}}]";
        var twice = "mocks: [{endpoint: 'http://away.test*', times: 2, failure: {status: 503}}, "
                + "{endpoint: 'http://away.test*', reply: {body: ok}}], "
                + "expect: {answer: {body: ok}, reached: [{endpoint: 'http://away.test*', count: 3}]}}";
        assertThat(problems(route.formatted("standard", "timer:x"), "{name: a, " + twice))
                .isEmpty();
        assertThat(problems(route.formatted("standrad", "timer:x"), "{name: a, " + twice))
                .singleElement()
                .asString()
                .contains("standrad");
        assertThat(problems(route.formatted("standard", "direct:x"), "{name: a, " + twice))
                .singleElement()
                .asString()
                .contains("begins with direct: and cannot have the retry policy");
    }

    @Test
    void aRouteRunsWithTheConfigurationItNamesAndThoseOfAll() throws Exception {
        var handled =
                "onException: [{onException: {exception: [java.net.ConnectException], handled: {constant: 'true'}, "
                        + "steps: [{setBody: {constant: %s}}]}}]";
        Files.writeString(
                folder.resolve("partner.camel.yaml"),
                "[{routeConfiguration: {id: partner, " + handled.formatted("partner") + "}}]");
        Files.writeString(
                folder.resolve("all.camel.yaml"), "[{routeConfiguration: {" + handled.formatted("all") + "}}]");
        var away = "{name: a, mocks: [{endpoint: 'http://away.test*', failure: {type: ConnectException}}], "
                + "expect: {answer: {body: %s}}}";
        var route = "[{route: {id: forward, %sfrom: {uri: 'sql:select 1', steps: [{to: 'http://away.test/x'}]}}}]";
        assertThat(problems(route.formatted("routeConfigurationId: partner, "), away.formatted("partner")))
                .isEmpty();
        assertThat(problems(route.formatted(""), away.formatted("all"))).isEmpty();
    }

    @Test
    void aSubscriptionThatKeepsTheLatestOwnsItsTransactionAndPassesOverWhatIsStale() {
        var route = """
                - route:
                    from:
                      uri: event:thing.done?subscription=forward&latest=true
                      steps:
                        - to: sql:insert into things (id, name) values (:#${body}, 'n')
                        - to: event:thing.stored?outbox=true
                        - to: http://away.test/x
                """;
        var event = "{type: thing.done, subject: s, extensions: {sequence: '%d'}, body: '%d'}";
        assertThat(problems(
                        route,
                        "{name: a, given: {events: [" + event.formatted(2, 2) + ", " + event.formatted(1, 1) + ", "
                                + event.formatted(3, 3) + "]}, " + MOCK
                                + "expect: {rows: [{sql: select id from things order by id, are: [{id: '2'}, {id: '3'}]}], "
                                + "reached: [{endpoint: 'event:thing.stored', count: 2}]}}"))
                .isEmpty();
        assertThat(
                        problems(
                                route,
                                "{name: a, given: {events: [" + event.formatted(1, 1) + "]}, "
                                        + "mocks: [{endpoint: 'http://away.test*', failure: {type: SocketTimeoutException}}], "
                                        + "expect: {failure: {type: SocketTimeoutException}, rows: [{sql: select id from things, are: []}], "
                                        + "reached: [{endpoint: 'http://away.test*', count: 3}, {endpoint: 'event:thing.stored', count: 0}]}}"))
                .isEmpty();
        assertThat(
                        problems(
                                route,
                                "{name: a, given: {events: [{type: thing.done, body: '1'}]}, expect: {failure: {type: Invalid, message: no subject}}}"))
                .isEmpty();
    }

    @Test
    void anIdempotentSubscriptionPassesOverWhatComesAgainInBatchesToo() {
        var route = """
                - route:
                    from:
                      uri: event:thing.done?subscription=forward&idempotent=true%s
                      steps: [{setBody: {constant: b}}, {to: 'http://away.test/x'}]
                """;
        var again =
                "{name: a, given: {events: [{type: thing.done, id: e1}, {type: thing.done, id: e1}, {type: thing.done, id: e2}]}, "
                        + MOCK + "expect: {reached: [{endpoint: 'http://away.test*', count: 2}]}}";
        assertThat(problems(route.formatted(""), again)).isEmpty();
        assertThat(problems(route.formatted("&batchSize=10"), again)).isEmpty();
    }

    @Test
    void aStepOfASubscriptionIsTriedAgainAsInTheHub() {
        var route =
                "[{route: {from: {uri: 'event:thing.done?subscription=forward', steps: [{to: 'http://away.test/x'}]}}}]";
        assertThat(problems(
                        route,
                        "{name: a, given: {events: [{type: thing.done}]}, "
                                + "mocks: [{endpoint: 'http://away.test*', times: 2, failure: {type: ConnectException}}, "
                                + "{endpoint: 'http://away.test*', reply: {body: ok}}], "
                                + "expect: {reached: [{endpoint: 'http://away.test*', count: 3}]}}"))
                .isEmpty();
    }

    @Test
    void aRouteThatFailsOnAFileIsSaidToAndMayBeExpectedTo() {
        var route = "[{route: {from: {uri: 'file:in?initialDelay=0', steps: [{to: 'http://away.test/x'}]}}}]";
        var given = "{name: a, given: {files: [{path: in/a.txt, text: a}]}, "
                + "mocks: [{endpoint: 'http://away.test*', failure: {type: IllegalArgumentException, message: odd}}], ";
        assertThat(problems(route, given + "expect: {failure: {type: IllegalArgumentException, message: odd}}}"))
                .isEmpty();
        assertThat(problems(route, given + "expect: {reached: [{endpoint: 'http://away.test*'}]}}"))
                .singleElement()
                .asString()
                .contains("the route failed", "odd");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{type: ConnectException, message: refused} | java.net.ConnectException",
                "{type: SocketTimeoutException} | java.net.SocketTimeoutException",
                "{type: UnknownHostException} | java.net.UnknownHostException",
                "{type: SSLHandshakeException} | javax.net.ssl.SSLHandshakeException",
                "{type: TimeoutException} | java.util.concurrent.TimeoutException",
                "{status: 503, headers: {Retry-After: '5'}, body: {a: 1}} | org.apache.camel.http.base.HttpOperationFailedException",
                "{type: SQLException, sqlState: '40001'} | java.sql.SQLException",
                "{sqlState: '40001'} | java.sql.SQLException",
                "{type: DuplicateKeyException} | org.springframework.dao.DuplicateKeyException",
                "{type: BadSqlGrammarException} | org.springframework.jdbc.BadSqlGrammarException",
                "{type: ValidationException, message: wrong} | org.apache.camel.ValidationException",
                "{type: JsonValidationException, message: wrong} | org.apache.camel.component.jsonvalidator.JsonValidationException",
                "{type: ExchangeTimedOutException} | org.apache.camel.ExchangeTimedOutException",
                "{type: IllegalArgumentException} | java.lang.IllegalArgumentException",
                "{type: Unavailable} | io.serai.message.Unavailable",
                "{} | java.io.IOException",
            })
    void aRouteHandlesWhatAMockThrows(String failure, String type) {
        var route = """
                - route:
                    from:
                      uri: timer:x
                      steps:
                        - doTry:
                            steps: [{to: 'http://away.test/x'}]
                            doCatch:
                              - exception: ['%s']
                                steps: [{setBody: {simple: '${exception.message}'}}]
                """.formatted(type);
        var message = failure.contains("message") ? failure.replaceAll(".*message: (\\w+).*", "*$1*") : "?*";
        assertThat(problems(
                        route.replace("setBody: {simple", "setHeader: {name: m, simple"),
                        "{name: a, mocks: [{endpoint: 'http://away.test*', failure: " + failure
                                + "}], expect: {answer: {headers: {m: '"
                                + (message.equals("?*") ? ".+" : message.replace("*", ".*"))
                                + "'}}}}"))
                .isEmpty();
    }

    @Test
    void aRouteReadsStatusHeadersAndAnswerOfAnHttpFailure() {
        var route = """
                - route:
                    from:
                      uri: timer:x
                      steps:
                        - doTry:
                            steps: [{to: 'http://away.test/x'}]
                            doCatch:
                              - exception: [org.apache.camel.http.base.HttpOperationFailedException]
                                steps:
                                  - setBody:
                                      simple: '${exception.statusCode} ${exception.responseHeaders[Retry-After]} ${exception.responseBody}'
                """;
        assertThat(problems(
                        route,
                        "{name: a, mocks: [{endpoint: 'http://away.test*', failure: {status: 503, headers: {Retry-After: '5'}, body: {a: 1}}}], "
                                + "expect: {answer: {body: '503 5 {\"a\":1}'}}}"))
                .isEmpty();
    }

    @Test
    void callsBeyondThoseThatMocksAnswerAreNamed() {
        var route = "[{route: {from: {uri: 'timer:x', steps: [{to: 'http://away.test/x'}, {to: 'http://away.test/x'}, "
                + "{to: 'event:thing.done'}, {to: 'event:thing.done'}]}}}]";
        assertThat(
                        problems(
                                route,
                                "{name: a, within: 1ms, mocks: [{endpoint: 'http://away.test*', times: 1, reply: {body: a}}, "
                                        + "{endpoint: 'event:thing*', times: 1, reply: {}}], expect: {reached: [{endpoint: 'event:thing.done', count: 2}]}}"))
                .singleElement()
                .asString()
                .contains("more often than its mocks answer");
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
        return problems(ROUTE, test);
    }

    private List<String> problems(String route, String test) {
        try {
            Files.writeString(folder.resolve("forward.camel.yaml"), route);
            Files.writeString(folder.resolve("forward.test.yaml"), "[" + test + "]");
        } catch (IOException full) {
            throw new UncheckedIOException(full);
        }
        return hub.getBean(RouteTester.class).test(TestedFiles.of(folder), "forward.test.yaml").stream()
                .flatMap(result -> result.problems().stream())
                .toList();
    }
}
