// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.serai.message.Invalid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RouteTestFileTest {

    private static List<RouteTest> parse(String yaml) {
        return RouteTestFile.parse("a.test.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCaseNeedsANameAndAnExpectationOnly() {
        var only = parse("[{name: a, expect: {}}]").get(0);
        assertThat(only.given().headers()).isEmpty();
        assertThat(only.patience()).hasSeconds(5);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[] | holds no case",
                "[{name: a}] | expect",
                "[{name: a, expect: {}, mock: []}] | there is no 'mock' here; known are",
                "[{name: a, expect: {}}, {name: a, expect: {}}] | two cases are named 'a'",
                "[{name: a, expect: {}, within: soon}] | no time such as 15s",
                "[{name: a, expect: {}, mocks: [{endpoint: x}]}] | either reply or failure",
                "[{name: a, expect: {}, mocks: [{endpoint: x, reply: {}, times: 0}]}] | times of 1 or more",
                "[{name: a, expect: {}, mocks: [{endpoint: x, failure: {type: Nonsense}}]}] | name its class with the package",
                "[{name: a, expect: {}, mocks: [{endpoint: x, failure: {type: java.lang.Runtime}}]}] | is no exception that is known",
                "[{name: a, expect: {}, mocks: [{endpoint: x, failure: {type: HttpOperationFailedException}}]}] | needs a status",
                "[{name: a, expect: {}, mocks: [{endpoint: x, failure: {type: IOException, status: 503}}]}] | has no status",
                "[{name: a, expect: {}, given: {at: b, events: [{type: t}]}}] | more than one of at, events and files",
                "[{name: a, name: b, expect: {}}] | Duplicate field 'name'",
                "{name: a} | it is a list of",
            })
    void whatIsNoTestFileSaysWhatIsWrong(String yaml, String problem) {
        assertThatThrownBy(() -> parse(yaml))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("a.test.yaml")
                .hasMessageContaining(problem);
    }

    @Test
    void aMistakeIsSaidWithLineAndColumn() {
        assertThatThrownBy(() -> parse("- name: a\n  expect:\n    rech: []\n"))
                .hasMessageMatching("a.test.yaml:[34]:[0-9]+: there is no 'rech'.*");
    }

    static List<String> shipped() {
        return TestedFiles.of(Path.of("routes")).tests();
    }

    @ParameterizedTest
    @MethodSource("shipped")
    void theSchemaForEditorsTakesTheShippedFiles(String file) throws IOException {
        assertThat(validate(Files.readString(Path.of("routes", file)))).isEmpty();
    }

    @Test
    void theSchemaForEditorsKnowsEachField() throws IOException {
        assertThat(validate("[{name: a, expect: {reached: [{endpoint: x, cuont: 1}]}}]"))
                .isNotEmpty();
    }

    private static Iterable<?> validate(String yaml) throws IOException {
        try (var schema = RouteTestFileTest.class.getResourceAsStream("/schema/route-test.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(schema)
                    .validate(new YAMLMapper().readTree(yaml));
        }
    }
}
