// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Slips in YAML and in the words of the DSL, with the place and what was meant. */
@SuppressWarnings("StringConcatToTextBlock") // a case a line is easier to read
class SchemaLintTest {

    @Test
    void whatIsNoYamlIsReportedWhereItBreaks() {
        assertThat(new Tree()
                        .with("a.camel.yaml", "- route:\n    id: [a\n    from: b\n")
                        .rules())
                .containsExactly("yaml 7:9");
    }

    @Test
    void aSecondDocumentIsReportedWhereItBeginsAsCamelReadsNone() {
        var route = "- route:\n    id: a\n    from: {uri: direct:a, steps: [{stop: {}}]}\n";
        var finding = new Tree()
                .plain("a.camel.yaml", "---\n" + route + "---\n" + route.replace("a", "b")).findings().stream()
                        .filter(each -> each.rule().equals("yaml"))
                        .findFirst()
                        .orElseThrow();
        assertThat(finding)
                .extracting(Finding::rule, Finding::line, Finding::column)
                .containsExactly("yaml", 5, 1);
        assertThat(finding.message()).contains("second document").doesNotContain("not YAML");
        assertThat(new Tree().plain("a.camel.yaml", "---\n" + route + "...\n").findings())
                .noneMatch(each -> each.rule().equals("yaml"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "setHeader:\\n    <<: {name: x}\\n    constant: x | no merge keys",
                "circuitBreaker:\\n    resilience4jConfiguration:\\n      resilience4jConfiguration: {}\\n    steps: [{stop: {}}] | take one of them out",
                "onFallback:\\n    steps: [{stop: {}}] | belongs under 'circuitBreaker', as a key beside its 'steps:'",
                "otherwise:\\n    steps: [{stop: {}}] | belongs under 'choice'",
                "unmarshal:\\n    jackson: {} | did you mean 'json'?",
                "unmarshal:\\n    gson: {} | did you mean 'json'?",
                "pollEnrich:\\n    uri: file:in | say it in a language",
                "steps:\\n    - stop: {} | the list holds steps",
                "setBody: hello | 'constant: \"hello\"'",
                "setBody: 'hello ${body}' | 'simple: \"hello ${body}\"'"
            })
    void aKeyInTheWrongPlaceIsSentToItsOwn(String step, String hint) {
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.steps("- " + step.replace("\\n", "\n")))
                        .findings())
                .extracting(Finding::hint)
                .anyMatch(each -> each != null && each.contains(hint));
    }

    @Test
    void aTimeThatIsNoneIsReported() {
        var aggregate = """
                - aggregate:
                    correlationExpression: {constant: x}
                    aggregationStrategy: x
                    completionTimeout: %s
                    steps: [{stop: {}}]
                """;
        for (var time : List.of("5 seconds", "5S", "1.5s")) {
            assertThat(steps(aggregate.formatted(time))).containsExactly("type 13:32");
        }
        for (var time : List.of("5s", "5000", "PT5S", "'{{time}}'")) {
            assertThat(steps(aggregate.formatted(time))).isEmpty();
        }
    }

    @Test
    void namesMayHaveDashesWhereCamelReadsThem() {
        assertThat(steps("- setBody:\n    exchange-property: x\n")).isEmpty();
        assertThat(steps("- marshal:\n    json:\n      module-class-names: x.Y\n"))
                .isEmpty();
        assertThat(steps("- loop:\n    do-while: true\n    constant: 1\n    steps: [{stop: {}}]\n"))
                .isEmpty();
        assertThat(steps("- set-body:\n    constant: x\n")).containsExactly("unknown-eip 10:11");
    }

    @Test
    void anExpressionMayHoldOneOfAnotherLanguage() {
        assertThat(steps("- setBody:\n    simple:\n      jsonpath: $.x\n")).isEmpty();
        assertThat(
                        steps(
                                "- setBody:\n    expression:\n      constant:\n        trim: false\n        simple:\n          expression: x\n"))
                .isEmpty();
        assertThat(steps("- filter:\n    jsonpath: {simple: '${body}'}\n    steps: [{stop: {}}]\n"))
                .isEmpty();
        // of two of them Camel takes none; and what they hold is checked
        assertThat(steps("- setBody:\n    simple:\n      jsonpath: $.x\n      constant: y\n"))
                .containsExactly("unknown-key 13:15");
        assertThat(steps("- setBody:\n    simple:\n      jsonpath:\n        expresion: $.x\n"))
                .first()
                .isEqualTo("unknown-key 13:17");
        assertThat(steps("- setBody:\n    simple:\n      nolanguage: x\n"))
                .first()
                .isEqualTo("unknown-key 12:15");
        assertThat(steps("- setBody:\n    simple:\n      simple: '${nonsense}'\n"))
                .containsExactly("simple 12:23");
    }

    private static List<String> steps(String steps) {
        return new Tree().with("a.camel.yaml", Tree.steps(steps)).rules();
    }

    @Test
    void anEmptyFileIsReported() {
        assertThat(new Tree().plain("a.camel.yaml", "").rules()).contains("yaml 1:1");
    }

    @Test
    void bytesThatAreNotUtf8AreReported() {
        var file = new RouteFile("a.camel.yaml", new byte[] {(byte) 0xff, 'a'});
        assertThat(Tree.LINTER.lint(java.util.List.of(file), java.util.List.of(file)))
                .anyMatch(each -> each.message().equals("the file is not UTF-8"));
    }

    @Test
    void aliasesThatStandForBillionsAreNotFollowed() {
        var text = new StringBuilder("- a0: &a0 [x, x]\n");
        for (int i = 1; i < 40; i++) {
            text.append("- a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
        }
        assertThat(new Tree().plain("a.camel.yaml", text.toString()).findings())
                .anyMatch(each -> each.rule().equals("yaml") && each.message().contains("aliases"));
    }

    @Test
    void anAliasThatContainsItselfIsNotFollowed() {
        assertThat(new Tree().plain("a.camel.yaml", "- &a [*a]\n").rules()).contains("yaml 1:1");
    }

    @Test
    void whatIsNestedTooDeeplyIsNotRead() {
        assertThat(new Tree().plain("a.camel.yaml", "[".repeat(100_000)).rules())
                .contains("yaml 1:1");
    }

    @Test
    void anUnknownStepIsNamedWithWhatWasMeant() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- set-body:\n    simple: x\n"))
                .findings()
                .get(0);
        assertThat(finding.rule() + " " + finding.line() + ":" + finding.column())
                .isEqualTo("unknown-eip 10:11");
        assertThat(finding.hint()).isEqualTo("did you mean 'setBody'?");
    }

    @Test
    void aStepOfALaterCamelIsRefusedWithTheReason() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- teleport:\n    uri: x\n"))
                .findings()
                .get(0);
        assertThat(finding.message()).contains("4.17");
        assertThat(finding.hint()).contains("this hub runs Camel 4.17");
    }

    @Test
    void anUnknownKeyIsNamedWithinTheAlternativeThatWasMeant() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- setHeader:\n    nam: x\n    constant: y\n"))
                .findings()
                .get(0);
        assertThat(finding.rule() + " " + finding.line() + ":" + finding.column())
                .isEqualTo("unknown-key 11:13");
        assertThat(finding.hint()).isEqualTo("did you mean 'name'?");
    }

    @Test
    void aSlipInAnExpressionIsNotReportedAsNoneOfTheAlternatives() {
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.steps("- setBody:\n    simple:\n      expresion: x\n"))
                        .rules())
                .containsExactly("unknown-key 12:15");
    }

    @Test
    void aTextWhereAListIsExpectedIsReported() {
        assertThat(new Tree()
                        .with(
                                "a.camel.yaml",
                                "- route:\n    id: a\n    from:\n      uri: direct:a\n      steps: none\n")
                        .rules())
                .containsExactly("type 9:14");
    }

    @Test
    void aMissingKeyIsReported() {
        assertThat(new Tree().with("a.camel.yaml", "- route:\n    id: a\n").rules())
                .containsExactly("missing 6:5");
    }

    @Test
    void aKeyThatStandsTwiceIsReported() {
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.steps("- log:\n    message: a\n    message: b\n"))
                        .rules())
                .contains("duplicate-key 12:13");
    }

    @Test
    void twoStepsInOneItemAreReported() {
        assertThat(new Tree()
                        .with("a.camel.yaml", Tree.steps("- log: a\n  stop: {}\n"))
                        .rules())
                .containsExactly("one-each 11:11");
    }

    @Test
    void aValueThatIsNoneOfThoseThereAreIsReported() {
        var finding = new Tree()
                .with("a.camel.yaml", Tree.steps("- to:\n    uri: log:b\n    pattern: InOnyl\n"))
                .findings()
                .get(0);
        assertThat(finding.rule() + " " + finding.line()).isEqualTo("enum 12");
        assertThat(finding.hint()).isEqualTo("did you mean 'InOnly'?");
    }

    @Test
    void aPlaceholderMayStandForANumberOrABoolean() {
        assertThat(new Tree()
                        .with(
                                "a.camel.yaml",
                                Tree.steps("- split:\n    simple: ${body}\n    parallelProcessing: \"{{p}}\"\n"
                                        + "    steps:\n      - stop: {}\n- delay:\n    constant: 5\n"))
                        .rules())
                .isEmpty();
    }

    @Test
    void aFileThatIsNoListIsReported() {
        assertThat(new Tree().with("a.camel.yaml", "route:\n  id: a\n").rules()).contains("schema 5:1");
    }

    @Test
    void theSchemaIsMadeOfTheWordsThatAreKnown() {
        var unknown = new TreeSet<String>();
        collect(new CamelSchema(new Catalogue()).json(), unknown);
        unknown.removeAll(CamelSchema.WORDS);
        assertThat(unknown).isEmpty();
    }

    private static void collect(JsonNode rule, Set<String> words) {
        rule.properties().forEach(entry -> {
            words.add(entry.getKey());
            var value = entry.getValue();
            if (entry.getKey().equals("properties") || entry.getKey().equals("definitions")) {
                value.forEach(each -> collect(each, words));
            } else if (value.isArray()) {
                value.forEach(each -> collect(each, words));
            } else if (value.isObject()) {
                collect(value, words);
            }
        });
    }
}
