// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule fires where it must, at the right place, and is silent where it must be. */
@SuppressWarnings("StringConcatToTextBlock") // a case a line is easier to read
class RulesTest {

    private static final String PUBLISHES = """
            - route:
                id: b
                from:
                  uri: direct:b
                  steps:
                    # lint: ignore nobody-subscribes
                    - to: event:order.placed
            """;

    private static List<String> from(String from) {
        return new Tree()
                .with("a.camel.yaml", Tree.from(from))
                .with("b.camel.yaml", PUBLISHES)
                .rules();
    }

    private static List<String> steps(String steps) {
        return new Tree().with("a.camel.yaml", Tree.steps(steps)).rules();
    }

    private static String reading(String parameters) {
        return "uri: event:order.placed\nparameters:\n  subscription: a\n" + parameters.indent(2);
    }

    private static String queue(String parameters) {
        return "uri: spring-rabbitmq:erp\nparameters:\n  queues: erp\n" + parameters.indent(2);
    }

    @Test
    void aRouteAsItShouldBeHasNoFindings() {
        assertThat(from(reading("retry: standard\nconcurrency: 4"))).isEmpty();
    }

    @Test
    void aRouteThatAnswersEveryMethodIsWarnedOf() {
        assertThat(from("uri: platform-http:/api/x")).containsExactly("any-method 8:12");
        assertThat(from("uri: platform-http:/api/x\nparameters:\n  httpMethodRestrict: POST"))
                .isEmpty();
    }

    @Test
    void anUnknownComponentIsNamedWithWhatWasMeant() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- to: flie:out"))
                .findings()
                .get(0);
        assertThat(finding)
                .extracting(Finding::rule, Finding::line, Finding::column)
                .containsExactly("unknown-component", 10, 15);
        assertThat(finding.hint()).isEqualTo("did you mean 'file'?");
    }

    @Test
    void aComponentThatCamelHasAndTheHubHasNotIsReportedWithTheJar() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- to: kafka:x"))
                .findings()
                .get(0);
        assertThat(finding.rule()).isEqualTo("component-not-installed");
        assertThat(finding.hint()).contains("camel-kafka");
    }

    @Test
    void anUnknownOptionIsReportedInlineAndUnderParameters() {
        assertThat(steps("- to:\n    uri: file:out\n    parameters:\n      fileExists: Append"))
                .containsExactly("unknown-option 13:15");
        assertThat(steps("- to: file:out?fileExists=Append"))
                .containsExactlyInAnyOrder("inline-options 10:24", "unknown-option 10:24");
    }

    @Test
    void optionsInEveryFormAreKnown() {
        assertThat(steps("- to:\n    uri: file\n    parameters:\n      directoryName: out\n      fileExist: append"))
                .isEmpty();
        assertThat(steps("- to:\n    uri: event:order.placed\n    parameters:\n      extension.tenant: acme"))
                .containsExactly("nobody-subscribes 11:18");
        assertThat(steps("- to:\n    uri: http://localhost/x\n    parameters:\n      any: thing"))
                .isEmpty();
    }

    @Test
    void aValueThatCannotBeIsReported() {
        assertThat(steps("- to:\n    uri: file:out\n    parameters:\n      fileExist: Appendd"))
                .containsExactly("option-value 13:15");
        assertThat(from("uri: timer:a\nparameters:\n  period: often")).containsExactly("option-value 10:9");
        assertThat(from("uri: timer:a\nparameters:\n  period: \"{{often}}\"")).isEmpty();
        assertThat(from("uri: timer:a\nparameters:\n  fixedRate: maybe")).containsExactly("option-value 10:9");
    }

    @Test
    void optionsInTwoPlacesAreReported() {
        assertThat(steps("- to:\n    uri: file:out?fileExist=Append\n    parameters:\n      fileName: a"))
                .contains("uri-and-parameters 11:27");
    }

    @Test
    void aRequiredOptionThatIsNotThereIsReported() {
        assertThat(from("uri: timer")).containsExactly("missing-option 8:12");
        assertThat(from("uri: timer\nparameters:\n  timerName: a")).isEmpty();
    }

    @Test
    void anOptionOfTheOtherDirectionIsAWarning() {
        assertThat(from("uri: file:in\nparameters:\n  fileExist: Append")).containsExactly("option-of-producer 10:9");
    }

    @Test
    void aSlipInSimpleIsReported() {
        assertThat(steps("- setBody:\n    simple: \"${body\"")).containsExactly("simple 11:21");
        assertThat(steps("- filter:\n    simple: \"${body} >\"\n    steps:\n      - stop: {}"))
                .containsExactly("simple 11:21");
        assertThat(steps("- setBody:\n    simple: \"${body} and {{some}}\"")).isEmpty();
    }

    @Test
    void aLanguageThatTheHubHasNotIsReported() {
        assertThat(steps("- setBody:\n    groovy: \"1 + 1\"")).containsExactly("language-not-installed 11:21");
        assertThat(steps("- setBody:\n    jsonpath: \"$.a\"")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"csv", "base64", "gzipDeflater", "jacksonXml", "zipFile", "yaml", "avro", "hl7"})
    void aDataFormatThatTheHubHasNotIsReported(String name) {
        assertThat(steps("- unmarshal:\n    " + name + ": {}")).containsExactly("data-format-not-installed 11:13");
    }

    @Test
    void aLibraryThatTheHubHasNotIsReportedWithTheJar() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- marshal:\n    json:\n      library: Gson"))
                .findings()
                .get(0);
        assertThat(finding)
                .extracting(Finding::rule, Finding::line, Finding::column)
                .containsExactly("data-format-not-installed", 12, 24);
        assertThat(finding.hint()).contains("camel-gson");
        assertThat(steps("- to: dataformat:gson:marshal")).containsExactly("data-format-not-installed 10:15");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "json: {}",
                "json:\n      library: jackson",
                "json:\n      library: '{{library}}'",
                "bindy:\n      type: Fixed\n      classType: x.Y",
                "bindy:\n      type: KeyValue\n      classType: x.Y",
                "custom:\n      ref: mine"
            })
    void aDataFormatThatTheHubHasIsNone(String format) {
        assertThat(steps("- marshal:\n    " + format)).isEmpty();
    }

    @Test
    void dataFormatsOfJavaAreLookedUpToo() {
        var text = """
                import org.apache.camel.builder.RouteBuilder;
                import org.apache.camel.model.dataformat.JsonLibrary;

                public class Formats extends RouteBuilder {
                    @Override
                    public void configure() {
                        from("direct:formats").routeId("formats")
                                .unmarshal().csv()
                                .marshal().json(JsonLibrary.Gson)
                                .unmarshal().json(JsonLibrary.Jackson, Object.class);
                    }
                }
                """;
        assertThat(new Tree().plain("Formats.java", text).rules())
                .contains("data-format-not-installed 8:30", "data-format-not-installed 9:28")
                .noneMatch(each -> each.contains("not-installed 10:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"5 seconds", "5S", "1000L", "1_000", "1.5s", "1h 30m", "5minutes", "s", "30s1m"})
    void aTimeThatCamelWouldReadAsAnotherIsReported(String time) {
        assertThat(from("uri: timer:a\nparameters:\n  period: '" + time + "'")).containsExactly("option-value 10:9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"5s", "500", "-1", "1h30m", "1d2h3m4s5ms", "PT5S", "P1DT1H", "5min", "5sec", "{{period}}"})
    void aTimeAsCamelReadsItIsNone(String time) {
        assertThat(from("uri: timer:a\nparameters:\n  period: '" + time + "'")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "filter, 'simple: ${body}'",
        "split, 'simple: ${body}'",
        "split, 'simple: ${body}\n    steps: []'",
        "loop, 'constant: 2'",
        "multicast, 'parallelProcessing: true'",
        "idempotentConsumer, 'simple: ${body}\n    idempotentRepository: x'",
        "circuitBreaker, 'id: x'",
        "doTry, 'id: x'",
        "step, 'id: x'",
        "pipeline, 'id: x'",
        "setBody, 'id: x'",
        "setHeader, 'name: x'",
        "transform, 'id: x'",
        "validate, 'id: x'",
        "recipientList, 'delimiter: x'",
        "marshal, 'id: x'"
    })
    void aStepWithoutThatWhichCamelNeedsToMakeItIsReported(String step, String value) {
        assertThat(steps("- " + step + ":\n    " + value.replace("\\n", "\n"))).containsExactly("missing 10:11");
    }

    @Test
    void aCatchWithoutAnExceptionIsReported() {
        var caught = "- doTry:\n    steps:\n      - stop: {}\n    doCatch:\n      - steps:\n          - stop: {}\n";
        assertThat(steps(caught)).containsExactly("missing 14:17");
        assertThat(steps(caught + "        exception: [java.io.IOException]\n")).isEmpty();
    }

    @Test
    void aFallbackBeforeTheStepsIsReported() {
        assertThat(
                        steps(
                                "- circuitBreaker:\n    onFallback:\n      steps:\n        - stop: {}\n    steps:\n      - stop: {}\n"))
                .containsExactly("order 11:13");
    }

    @Test
    void aPlaceholderThatNothingSetsIsReported() {
        assertThat(from("uri: timer:a\nparameters:\n  period: '{{not.set}}'"))
                .containsExactly("unresolved-placeholder 10:17");
        assertThat(steps("- setBody:\n    constant: 'to {{not.set}}'")).containsExactly("unresolved-placeholder 11:23");

        assertThat(steps("- setBody:\n    constant: '{{not.set:x}} {{is.set}} {{env:PATH}} {{?not.set}}'"))
                .isEmpty();
        assertThat(steps("- log:\n    message: x\n    description: '{{not.set}}'"))
                .isEmpty();
    }

    @Test
    void aParameterOfATemplateIsSetByItsUsers() {
        assertThat(new Tree().with("a.camel.yaml", """
                        - routeTemplate:
                            id: t
                            parameters:
                              - name: not.set
                            from:
                              uri: "direct:{{not.set}}"
                              steps:
                                - log: "{{not.set}} {{not.set.either}}"
                        """).rules()).containsExactly("unresolved-placeholder 12:16");
    }

    @Test
    void aCallThatNoRouteServesIsWarnedOf() {
        assertThat(steps("- to: direct:gone")).containsExactly("nobody-serves 10:15");
        assertThat(steps("- toD: direct:gone-${header.kind}")).containsExactly("nobody-serves 10:16");

        assertThat(steps("- to: direct:a")).isEmpty();
        assertThat(steps("- to: direct:{{name}}")).isEmpty();
        assertThat(steps("- to:\n    uri: direct:gone\n    parameters:\n      failIfNoConsumers: false"))
                .isEmpty();
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.steps("- to: direct:b"))
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${body[total]} > 10000",
                "${body.total} <= 5",
                "${header.total} > 99.5",
                "${body[total]} == '10000'",
                "${body[a]} == 'x' && ${body[total]} >= 1"
            })
    void aComparisonThatDropsAFractionIsWarnedOf(String predicate) {
        assertThat(steps("- filter:\n    simple: \"" + predicate + "\"\n    steps:\n      - stop: {}"))
                .containsExactly("number-comparison 11:21");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "${body.size} > 10",
                "${body[lines].size()} > 0",
                "${header.limit} > 500",
                "${body[state]} == 'open'",
                "${body[day]} > '2026-01-01'"
            })
    void aComparisonOfWholeNumbersOrTextsIsNone(String predicate) {
        assertThat(steps("- filter:\n    simple: \"" + predicate + "\"\n    steps:\n      - stop: {}"))
                .isEmpty();
    }

    @Test
    void aMisspeltOptionOfHttpIsWarnedOf() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- to:\n    uri: http:x\n    parameters:\n      conectTimeout: 5"))
                .findings()
                .get(0);
        assertThat(finding)
                .extracting(Finding::rule, Finding::severity, Finding::line)
                .containsExactly("unknown-option", Severity.WARNING, 13);
        assertThat(finding.hint()).isEqualTo("did you mean 'connectTimeout'?");
        assertThat(steps("- to:\n    uri: http:x\n    parameters:\n      customer: 5\n      page: 2"))
                .isEmpty();
    }

    @Test
    void readingEventsNeedsASubscription() {
        assertThat(from("uri: event:order.placed")).containsExactly("missing-subscription 8:12");
    }

    @Test
    void patternsAndTypesAreChecked() {
        assertThat(from("uri: event:order..placed\nparameters:\n  subscription: a"))
                .contains("event-pattern 8:12");
        assertThat(steps("- to: event:order.*")).contains("event-type 10:15");
        assertThat(steps("- to: event:${body}")).contains("expression-in-uri 10:15");
        assertThat(steps("- toD: event:${body}")).containsExactly("data-in-uri 10:16");
    }

    @Test
    void aMessageThatDecidesAboutAnEndpointIsNamed() {
        assertThat(steps("- toD: http://partner/${header.id}")).containsExactly("data-in-uri 10:16");
        assertThat(steps("- toD: ${header.to}")).containsExactly("data-in-uri 10:16");
        assertThat(steps("- recipientList:\n    simple: direct:a,log:${body}")).containsExactly("data-in-uri 11:21");
        assertThat(steps("- routingSlip:\n    header: slip")).containsExactly("data-in-uri 11:21");
        assertThat(steps("- enrich:\n    expression:\n      simple: log:${body}"))
                .containsExactly("data-in-uri 12:23");

        assertThat(steps("- toD: direct:x-${header.kind}")).containsExactly("nobody-serves 10:16");
        assertThat(steps("- toD: log:x?marker=${header.id}")).doesNotContain("data-in-uri 10:16");
        assertThat(steps("- toD: log:${date:now:yyyy}")).isEmpty();
        assertThat(steps("- recipientList:\n    constant: direct:a,direct:b")).doesNotContain("data-in-uri");
        // lint: ignore silences it where the author has looked
        assertThat(steps("- toD: log:${body} # lint: ignore data-in-uri")).isEmpty();
    }

    @Test
    void anUnknownRetryPolicyIsNamedWithThoseThereAre() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.from(reading("retry: standart")))
                .with("b.camel.yaml", PUBLISHES)
                .findings()
                .get(0);
        assertThat(finding).extracting(Finding::rule, Finding::line).containsExactly("unknown-policy", 11);
        assertThat(finding.hint()).isEqualTo("did you mean 'standard'?");
    }

    @Test
    void numbersBeyondTheirBoundsAreReported() {
        assertThat(from(reading("concurrency: 65"))).containsExactly("out-of-bounds 11:9");
        assertThat(from(reading("batchSize: 2000\nprefetch: 0"))).isEmpty();
    }

    @Test
    void theOrderOfASubscriptionCannotChange() {
        var kept = "uri: event:order.placed\nparameters:\n  subscription: kept-in-order\n  ordered: ";
        assertThat(from(kept + "false")).containsExactly("ordered-changed 11:9");
        assertThat(from(kept + "true")).isEmpty();
    }

    @Test
    void whatEndsAFailureInAnIdempotentRouteIsReported() {
        var handled = """
                - onException:
                    exception: [java.lang.Exception]
                    handled:
                      constant: "%s"
                """;
        var idempotent = Tree.from(reading("idempotent: true"));
        assertThat(new Tree()
                        .with("a.camel.yaml", handled.formatted("true") + idempotent)
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .containsExactly("handled-in-transaction 7:5");
        assertThat(new Tree()
                        .with("a.camel.yaml", handled.formatted("false") + idempotent)
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .isEmpty();
        assertThat(new Tree()
                        .with("a.camel.yaml", handled.formatted("true") + Tree.from(reading("")))
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .isEmpty();
    }

    @Test
    void aConfigurationForAllRoutesCountsAsWell() {
        var configuration = "- routeConfiguration:\n    onException:\n      - onException:\n"
                + "          exception: [java.lang.Exception]\n          continued:\n            constant: \"true\"\n";
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.from(reading("idempotent: true")))
                        .with("b.camel.yaml", PUBLISHES)
                        .with("c.camel.yaml", configuration)
                        .findings())
                .extracting(Finding::rule, Finding::file)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("handled-in-transaction", "c.camel.yaml"));
    }

    @Test
    void idempotentInBatchesIsDefinedAndNoFinding() {
        assertThat(from(reading("idempotent: true\nbatchSize: 100"))).isEmpty();
    }

    @Test
    void anIdThatIsTakenIsReportedInBothFiles() {
        var tree = new Tree()
                .with("x/a.camel.yaml", Tree.from("uri: direct:a"))
                .with("y/a.camel.yaml", Tree.from("uri: direct:c"));
        assertThat(tree.findings())
                .extracting(Finding::rule, Finding::file, Finding::line)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("duplicate-id", "x/a.camel.yaml", 6),
                        org.assertj.core.groups.Tuple.tuple("duplicate-id", "y/a.camel.yaml", 6));
        assertThat(tree.findings().get(0).message()).contains("y/a.camel.yaml:6");
    }

    @Test
    void aSubscriptionThatTwoRoutesReadIsReported() {
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.from(reading("")))
                        .with("c.camel.yaml", Tree.from(reading("")).replace("id: a", "id: c"))
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .containsExactly("duplicate-subscription 10:9", "duplicate-subscription 10:9");
    }

    @Test
    void findingsOfFilesThatDidNotChangeAreNotReported() {
        var tree = new Tree()
                .with("a.camel.yaml", Tree.steps("- to: flie:out"))
                .with("b.camel.yaml", PUBLISHES + Tree.from(reading("")).replace("id: a", "id: c"));
        assertThat(Tree.LINTER.lint(List.of(tree.files().get(1)), tree.files())).isEmpty();
    }

    @Test
    void aFileThatGoesIsMissedWhereItWasNeeded() {
        var tree = new Tree().with("a.camel.yaml", Tree.from(reading(""))).with("b.camel.yaml", PUBLISHES);
        var findings = Tree.LINTER.lint(tree.files().subList(1, 2), tree.files().subList(0, 1));
        assertThat(findings)
                .extracting(Finding::rule, Finding::file)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("nobody-publishes", "a.camel.yaml"));
    }

    @Test
    void silentLossOfQueuesIsReported() {
        assertThat(from(queue("asyncConsumer: true"))).containsExactly("async-consumer 11:9");
        assertThat(from("uri: spring-rabbitmq:erp")).containsExactly("unnamed-queue 8:12");
        assertThat(from(queue("acknowledgeMode: NONE"))).containsExactly("auto-ack 11:9");
        assertThat(from(queue("acknowledgeMode: MANUAL"))).containsExactly("auto-ack 11:9");
        assertThat(from(queue("autoDeclare: true"))).containsExactly("non-durable-queue 11:9");
        assertThat(from(queue("autoDeclare: true\narg.queue.durable: true"))).isEmpty();
        assertThat(from(queue("arg.queue.durable: false"))).containsExactly("non-durable-queue 11:9");
        assertThat(from(queue("arg.queue.exclusive: true"))).containsExactly("non-durable-queue 11:9");
        assertThat(from(queue("arg.queue.x-queue-type: quorum"))).containsExactly("x-argument 11:9");
        assertThat(from(queue("acknowledgeMode: AUTO\nprefetchCount: 10"))).isEmpty();
    }

    @Test
    void whatOneBrokerOnlyCanIsAWarning() {
        assertThat(from(queue("disableReplyTo: false"))).containsExactly("portability 11:9");
        assertThat(from(queue("exclusive: true"))).containsExactly("portability 11:9");
        assertThat(from(queue("disableReplyTo: true"))).isEmpty();
    }

    @Test
    void secretsInPlainTextAreReported() {
        assertThat(steps("- to:\n    uri: http://localhost/x\n    parameters:\n      authPassword: s3cret"))
                .containsExactly("plain-secret 13:15");
        assertThat(steps("- to: http://ada:s3cret@localhost/x")).containsExactly("plain-secret 10:15");
        assertThat(steps("- setHeader:\n    name: Authorization\n    constant: Basic YTpi"))
                .containsExactly("plain-secret 12:23");
        assertThat(steps("- to:\n    uri: http://localhost/x\n    parameters:\n      authPassword: \"{{env:PATH}}\"\n"
                        + "      authUsername: ada"))
                .isEmpty();
    }

    @Test
    void styleIsWarnedOf() {
        assertThat(new Tree().plain("a.camel.yaml", Tree.from("uri: direct:a")).rules())
                .containsExactly("contract 1:1");
        assertThat(new Tree().with("b.camel.yaml", Tree.from("uri: direct:a")).rules())
                .containsExactly("file-name 6:9");
        assertThat(new Tree()
                        .with("a.camel.yaml", "- from:\n    uri: direct:a\n    steps:\n      - stop: {}\n")
                        .rules())
                .containsExactly("no-id 6:5");
        assertThat(steps("- to: file:out?fileExist=Append")).containsExactly("inline-options 10:24");
        assertThat(steps("- choice:\n    when:\n      - simple: \"${body} == 1\"\n        steps:\n"
                        + "          - log: x\n".repeat(6)))
                .containsExactly("long-branch 12:17");
        assertThat(steps("- choice:\n    when:\n      - simple: \"${body} == 1\"\n        steps:\n"
                        + "          - log: x\n".repeat(5)))
                .isEmpty();
    }

    @Test
    void aWarningThatIsMeantCanBeSilencedAndAnErrorCannot() {
        assertThat(steps("# lint: ignore inline-options\n- to: file:out?fileExist=Append"))
                .isEmpty();
        assertThat(steps("# lint: ignore unknown-component\n- to: flie:out")).hasSize(1);
    }

    @Test
    void eventsThatNobodyReadsOrPublishesAreWarnedOf() {
        assertThat(from("uri: event:order.plaecd\nparameters:\n  subscription: a"))
                .containsExactly("nobody-publishes 8:12");
        assertThat(steps("- to: event:order.placed")).containsExactly("nobody-subscribes 10:15");
        assertThat(from("uri: event:order.*,stock.#\nparameters:\n  subscription: a"))
                .containsExactly("nobody-publishes 8:12");
        assertThat(from("uri: \"event:order.#\"\nparameters:\n  subscription: a"))
                .isEmpty();
    }

    @Test
    void javaIsCompiledAndItsErrorsHaveLineAndColumn() {
        var text = """
                // in:
                // out:
                // on error:
                // idempotent by:
                public class ReadOrder extends org.apache.camel.builder.RouteBuilder {
                    public void configure() {
                        from("event:order.placed?subscription=x&retry=standart").routeId("read-order").log(1);
                    }
                }
                """;
        var tree = new Tree().plain("ReadOrder.java", text).with("b.camel.yaml", PUBLISHES);
        assertThat(tree.rules()).containsExactly("unknown-policy 7:14", "java 7:92");
        assertThat(new Tree()
                        .plain(
                                "ReadOrder.java",
                                text.replace("log(1)", "log(\"1\")").replace("standart", "fast"))
                        .with("b.camel.yaml", PUBLISHES)
                        .rules())
                .isEmpty();
    }

    @Test
    void nothingOfAJavaRouteIsRun() {
        var text = """
                public class ReadOrder extends org.apache.camel.builder.RouteBuilder {
                    static { System.setProperty("serai.lint.ran", "yes"); }
                    public void configure() { }
                }
                """;
        new Tree().plain("ReadOrder.java", text).rules();
        assertThat(System.getProperty("serai.lint.ran")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "'public class Built extends RouteBuilder { public Built(String name) {} CONFIGURE }', 3",
        "'public class Built extends RouteBuilder { private Built() {} CONFIGURE }', 3",
        "'public class Built extends RouteBuilder { CONFIGURE }\nclass Second extends RouteBuilder { CONFIGURE }', 4",
        "'public class Built extends RouteBuilder { CONFIGURE\nstatic class Nested extends RouteBuilder { CONFIGURE } }', 4",
        "'public class Built { CONFIGURE\nstatic class Nested extends RouteBuilder { CONFIGURE } }', 4"
    })
    void aRouteBuilderThatCamelPassesOverIsReported(String text, int line) {
        var java = "import org.apache.camel.builder.RouteBuilder;\n\n"
                + text.replace("CONFIGURE", "public void configure() {}");
        assertThat(new Tree().plain("Built.java", java).findings())
                .filteredOn(each -> each.rule().equals("not-started"))
                .extracting(Finding::line)
                .containsExactly(line);
    }

    @Test
    void helpersAndAnonymousBuildersOfJavaAreNoneThatArePassedOver() {
        assertThat(new Tree().plain("Built.java", """
                        import org.apache.camel.builder.RouteBuilder;

                        public class Built extends RouteBuilder {
                            record Line(String sku) {}
                            abstract static class Base extends RouteBuilder {}

                            @Override
                            public void configure() {}
                        }
                        """).rules()).noneMatch(each -> each.startsWith("not-started"));
        assertThat(new Tree()
                        .plain("Line.java", "public record Line(String sku) {}\n")
                        .rules())
                .noneMatch(each -> each.startsWith("not-started"));
    }

    @Test
    void anIntegrationOfCamelKIsReportedAsCamelRunsNoneOfIt() {
        assertThat(new Tree().plain("a.camel.yaml", """
                                apiVersion: camel.apache.org/v1
                                kind: Integration
                                spec:
                                  flows:
                                    - route: {from: {uri: 'timer:a', steps: [{log: tick}]}}
                                """).rules()).contains("not-started 1:1");
    }

    @Test
    void constantsOfJavaArePutTogether() {
        var text = """
                public class ReadOrder extends org.apache.camel.builder.RouteBuilder {
                    static final String TYPE = "order.placed";
                    public void configure() {
                        from("direct:x").routeId("read-order").to("event:" + TYPE + "?subjct=1");
                    }
                }
                """;
        assertThat(new Tree().plain("ReadOrder.java", text).rules()).contains("unknown-option 4:51");
    }

    /** The rules that the steps of a Java route break, which stand on line 4. */
    private static List<String> java(String steps) {
        var text = """
                public class ReadOrder extends org.apache.camel.builder.RouteBuilder {
                    static final String NAME = "not.set";
                    public void configure() {
                        from("timer:x").routeId("read-order")%s;
                    }
                    static String uriOf(String id) { return "direct:" + id; }
                }
                """.formatted(steps);
        return new Tree()
                .plain("ReadOrder.java", text).findings().stream()
                        .map(Finding::rule)
                        .filter(rule -> !rule.equals("contract"))
                        .toList();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".toD(\"http://partner/${header.id}\")",
                ".toD(\"${header.to}\")",
                ".wireTap(\"http://partner/${body}\")",
                ".enrich(\"http://partner/${header.id}\")",
                ".pollEnrich(\"file:${header.folder}\")",
                ".recipientList(simple(\"log:${body}\"))",
                ".recipientList(header(\"to\"))",
                ".recipientList(header(\"to\"), \",\")",
                ".recipientList().header(\"to\")",
                ".recipientList().simple(\"${header.to}\")",
                ".routingSlip(header(\"slip\"))",
                ".routingSlip().jsonpath(\"$.slip\")",
                ".dynamicRouter(method(\"router\"))",
                ".enrich().simple(\"http://partner/${body}\")",
                ".pollEnrich().simple(\"file:${header.folder}\").timeout(10)",
                ".split(body()).recipientList(header(\"to\"))",
            })
    void aMessageThatDecidesAboutAnEndpointIsNamedInJavaToo(String step) {
        assertThat(java(step)).containsExactly("data-in-uri");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ".recipientList(constant(\"log:a,log:b\"))",
                ".toD(\"log:x?marker=${header.id}\")",
                ".toD(\"log:${date:now:yyyy}\")",
                ".enrich(uriOf(\"x\"))",
                ".enrich(\"log:a\", new org.apache.camel.processor.aggregate.UseLatestAggregationStrategy())",
                ".filter(simple(\"${header.n} > 3\")).to(\"log:a\")",
                ".setBody(simple(\"${body[total]} > 1000\"))",
                ".log(\"{{is.set}} {{env:PATH}} {{env:SERAI_NOT_THERE:x}}\")",
                ".process(exchange -> System.getProperty(\"{{not.set}}\"))",
            })
    void aJavaRouteThatIsAsItShouldBeIsNotReported(String step) {
        assertThat(java(step)).isEmpty();
    }

    @Test
    void rulesOfYamlHoldForJavaToo() {
        assertThat(java(".filter(simple(\"${body[total]} > 10000\")).to(\"log:a\")"))
                .containsExactly("number-comparison");
        assertThat(java(".choice().when().simple(\"${body[total]} == 10000.01\").to(\"log:a\").end()"))
                .containsExactly("number-comparison");
        assertThat(java(".setBody(simple(\"${body\"))")).containsExactly("simple");
        assertThat(java(".to(\"http://partner?responseTimout=1\")")).containsExactly("unknown-option");
        assertThat(java(".to(\"direct:typo\")")).containsExactly("nobody-serves");
        assertThat(java(".to(\"log:{{not.set}}\")")).containsExactly("unresolved-placeholder");
        assertThat(java(".setBody(constant(\"{{\" + NAME + \"}}\"))")).containsExactly("unresolved-placeholder");
        assertThat(java(".setBody().simple(\"a {{not.set}}\")")).containsExactly("unresolved-placeholder");
        assertThat(java(".to(\"http://partner?authPassword={{env:SERAI_NOT_THERE}}\")"))
                .containsExactly("unset-variable");
        assertThat(java(".to(\"http://{{\" + System.getProperty(\"a\") + \"}}\")"))
                .doesNotContain("unresolved-placeholder");
    }

    @Test
    void aParameterOfAJavaTemplateIsSetByItsUsers() {
        assertThat(new Tree().plain("ReadOrder.java", """
                        public class ReadOrder extends org.apache.camel.builder.RouteBuilder {
                            public void configure() {
                                routeTemplate("t").templateParameter("not.set").from("timer:{{not.set}}").log("{{not.set.either}}");
                            }
                        }
                        """).findings())
                .filteredOn(each -> each.rule().equals("unresolved-placeholder"))
                .hasSize(1);
    }

    @Test
    void aVariableThatTheEnvironmentDoesNotHaveIsNamed() {
        assertThat(steps("- setBody:\n    constant: '{{env:SERAI_NOT_THERE}}'"))
                .containsExactly("unset-variable 11:23");
        assertThat(
                        steps(
                                "- setBody:\n    constant: '{{env:SERAI_NOT_THERE:none}} {{env:PATH}} {{?env:SERAI_NOT_THERE}}'"))
                .isEmpty();
    }

    @Test
    void testsAndOtherFilesAreNoRoutes() {
        var file = new RouteFile("a.test.yaml", "x".getBytes(StandardCharsets.UTF_8));
        assertThat(Tree.LINTER.lint(List.of(file), List.of(file))).isEmpty();
    }
}
