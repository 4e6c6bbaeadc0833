// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.component.jsonvalidator.JsonValidationException;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

class BoundedSchemasTest {

    private static final int MANY = 200_000;

    /** A schema, what it wants of many, and the message around them. */
    record Shape(String schema, String wrong, String around) {}

    static final List<Shape> SHAPES = List.of(
            new Shape("{'items': {'type': 'integer'}}", "true", "[%s]"),
            new Shape("{'properties': {'a': {'items': {'type': 'integer'}}}}", "true", "{'a': [%s]}"),
            new Shape("{'items': {'required': ['a', 'b']}}", "{}", "[%s]"),
            new Shape("{'items': {'items': {'type': 'integer'}}}", "true", "[[%s]]"),
            new Shape("{'items': {'items': {'type': 'integer'}}}", "[true]", "[%s]"),
            new Shape("{'anyOf': [{'items': {'type': 'integer'}}, {'items': {'type': 'string'}}]}", "true", "[%s]"),
            new Shape("{'oneOf': [{'items': {'type': 'integer'}}, {'items': {'type': 'string'}}]}", "true", "[%s]"),
            new Shape("{'items': {'anyOf': [{'type': 'integer'}, {'type': 'string'}]}}", "true", "[%s]"),
            new Shape("{'items': {'type': ['integer', 'string']}}", "true", "[%s]"),
            new Shape("{'items': {'$ref': '#/$defs/x'}, '$defs': {'x': {'type': 'integer'}}}", "true", "[%s]"),
            new Shape("{'additionalProperties': {'type': 'integer'}}", "'%d': true", "{%s}"),
            new Shape("{'additionalProperties': false}", "'%d': true", "{%s}"),
            new Shape("{'patternProperties': {'.*': {'type': 'integer'}}}", "'%d': true", "{%s}"),
            new Shape("{'propertyNames': {'maxLength': 0}}", "'%d': true", "{%s}"),
            new Shape("{'unevaluatedProperties': false}", "'%d': true", "{%s}"),
            new Shape("{'unevaluatedItems': false}", "true", "[%s]"));

    private final DefaultCamelContext camel = new DefaultCamelContext();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() {
        BoundedSchemas.guard(camel);
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    private List<String> errors(String schema, String body) throws Exception {
        var file = Files.writeString(Files.createTempFile(folder, "s", ".json"), schema.replace('\'', '"'));
        try (var template = camel.createProducerTemplate()) {
            var sent = template.request(
                    "json-validator:file:" + file,
                    exchange -> exchange.getMessage().setBody(body.replace('\'', '"')));
            return sent.getException() instanceof JsonValidationException invalid
                    ? invalid.getErrors().stream().map(Object::toString).toList()
                    : List.of();
        }
    }

    private static Stream<String> many(String each, int number) {
        return IntStream.range(0, number).mapToObj(index -> each.replace("%d", Integer.toString(index)));
    }

    @ParameterizedTest
    @FieldSource("SHAPES")
    void asManyErrorsAsAMessageHasMembersAreNotCollected(Shape shape) throws Exception {
        var body = shape.around.formatted(many(shape.wrong, MANY).collect(Collectors.joining(",")));

        assertThat(errors(shape.schema, body)).hasSizeBetween(1, 20);
    }

    @Test
    void aShortListNamesEachThatIsWrong() throws Exception {
        assertThat(errors("{'items': {'required': ['a', 'b']}}", "[{}, {'a': 1}, {'a': 1, 'b': 2}]"))
                .hasSize(3);
        assertThat(errors("{'properties': {'a': {'items': {'type': 'integer'}}}}", "{'a': [true, 1, true]}"))
                .hasSize(2);
    }

    @Test
    void aMessageThatFitsOneOfSeveralSchemasIsTaken() throws Exception {
        var numbersOrTexts = "{'anyOf': [{'items': {'type': 'integer'}}, {'items': {'type': 'string'}}]}";
        var texts = "[" + many("'a'", 1000).collect(Collectors.joining(",")) + "]";

        assertThat(errors(numbersOrTexts, texts)).isEmpty();
        assertThat(errors("{'not': {'items': {'type': 'integer'}}}", texts)).isEmpty();
        assertThat(errors("{'if': {'items': {'type': 'integer'}}, 'then': false}", texts))
                .isEmpty();
        assertThat(errors("{'contains': {'const': 'b'}}", texts.replaceFirst("'a'", "'b'")))
                .isEmpty();
        assertThat(errors(
                        "{'$schema': 'http://json-schema.org/draft-07/schema#', 'items': {'type': 'integer'}}", texts))
                .hasSize(1);
    }
}
