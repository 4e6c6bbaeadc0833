// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.FailFastAssertionException;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.JsonValidator;
import com.networknt.schema.Keyword;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.SpecVersionDetector;
import com.networknt.schema.TypeValidator;
import com.networknt.schema.ValidationContext;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.Vocabularies;
import com.networknt.schema.Vocabulary;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jsonvalidator.DefaultJsonUriSchemaLoader;
import org.apache.camel.component.jsonvalidator.JsonValidatorEndpoint;
import org.apache.camel.support.ResourceHelper;

/**
 * Loads the schemas of {@code json-validator:} so that what they say against a message is bounded by the schema, not by the
 * message: each error takes a kilobyte of memory, and a message may have as many as it has members.
 *
 * <p>Each wrong item is named of a list or map of at most 20 that is the message or a member of it. Of every other list or
 * map only the first is, and the rest of it is not looked at.
 */
final class BoundedSchemas extends DefaultJsonUriSchemaLoader {

    private static final int MOST = 20;

    /** Keywords that look at each item or member of the message, however many there are. */
    private static final Set<String> EACH = Set.of(
            "items",
            "additionalItems",
            "unevaluatedItems",
            "contains",
            "additionalProperties",
            "patternProperties",
            "propertyNames",
            "unevaluatedProperties");

    /** Keywords by which a schema may go on as deep as the message does. */
    private static final Set<String> REFERENCES = Set.of("$ref", "$recursiveRef", "$dynamicRef");

    /** Keywords that collect what is wrong with each alternative, whatever they are told. */
    private static final Set<String> ALTERNATIVES = Set.of("anyOf", "oneOf", "not", "if", "type");

    private static final Set<String> BOUNDED =
            Stream.of(EACH, REFERENCES, ALTERNATIVES).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());

    private static final List<JsonMetaSchema> VERSIONS = Arrays.stream(VersionFlag.values())
            .map(version -> bounded(JsonSchemaFactory.checkVersion(version).getInstance()))
            .toList();

    /** To be called before any route is there. */
    static void guard(CamelContext context) {
        context.getCamelContextExtension().registerEndpointCallback((uri, endpoint) -> {
            if (endpoint instanceof JsonValidatorEndpoint validator
                    && validator.getUriSchemaLoader().getClass() == DefaultJsonUriSchemaLoader.class) {
                validator.setUriSchemaLoader(new BoundedSchemas());
            }
            return endpoint;
        });
    }

    @Override
    public JsonSchema createSchema(CamelContext context, String uri) throws Exception {
        JsonNode schema;
        try (var stream = ResourceHelper.resolveMandatoryResourceAsInputStream(context, uri)) {
            schema = mapper.readTree(stream);
        }
        var factory = JsonSchemaFactory.getInstance(
                SpecVersionDetector.detectOptionalVersion(schema, false).orElse(defaultVersion),
                builder -> builder.metaSchemas(VERSIONS));
        var location = ResourceHelper.hasScheme(uri) ? uri : "classpath:" + uri;
        return factory.getSchema(URI.create(location), schema, config);
    }

    private static JsonMetaSchema bounded(JsonMetaSchema version) {
        return JsonMetaSchema.builder(version)
                .keywords(keywords -> keywords.replaceAll((name, keyword) -> bounded(keyword)))
                .vocabularyFactory(iri -> {
                    var vocabulary = Vocabularies.getVocabulary(iri);
                    return vocabulary == null ? null : bounded(vocabulary);
                })
                .build();
    }

    private static Vocabulary bounded(Vocabulary vocabulary) {
        return new Vocabulary(
                vocabulary.getIri(),
                vocabulary.getKeywords().stream().map(BoundedSchemas::bounded).toArray(Keyword[]::new));
    }

    private static Keyword bounded(Keyword keyword) {
        return BOUNDED.contains(keyword.getValue()) ? new FirstOnly(keyword) : keyword;
    }

    private record FirstOnly(Keyword keyword) implements Keyword {

        @Override
        public String getValue() {
            return keyword.getValue();
        }

        @Override
        public JsonValidator newValidator(
                SchemaLocation schema, JsonNodePath path, JsonNode node, JsonSchema parent, ValidationContext context)
                throws Exception {
            var validator = keyword.newValidator(schema, path, node, parent, context);
            // the library looks for this one by its class
            return validator instanceof TypeValidator ? validator : new FirstError(validator);
        }
    }

    /** Stops a validator at its first error, as the library does for a whole schema with {@code failFast}. */
    private record FirstError(JsonValidator validator) implements JsonValidator {

        @Override
        public Set<ValidationMessage> validate(
                ExecutionContext execution, JsonNode node, JsonNode root, JsonNodePath location) {
            if (execution.isFailFast()) {
                var errors = validator.validate(execution, node, root, location);
                // of several alternatives, the library only collects what they say
                if (!errors.isEmpty()) {
                    throw new FailFastAssertionException(errors.iterator().next());
                }
                return errors;
            } else if (namesAll(node, location)) {
                return validator.validate(execution, node, root, location);
            }
            execution.setFailFast(true);
            try {
                var errors = validator.validate(execution, node, root, location);
                return errors.isEmpty() ? errors : Set.of(errors.iterator().next());
            } catch (FailFastAssertionException first) {
                return first.getValidationMessages();
            } finally {
                execution.setFailFast(false);
            }
        }

        private boolean namesAll(JsonNode node, JsonNodePath location) {
            return EACH.contains(getKeyword())
                    ? location.getNameCount() <= 1 && node.size() <= MOST
                    : location.getNameCount() <= 1 || !REFERENCES.contains(getKeyword());
        }

        @Override
        public void preloadJsonSchema() {
            validator.preloadJsonSchema();
        }

        @Override
        public SchemaLocation getSchemaLocation() {
            return validator.getSchemaLocation();
        }

        @Override
        public JsonNodePath getEvaluationPath() {
            return validator.getEvaluationPath();
        }

        @Override
        public String getKeyword() {
            return validator.getKeyword();
        }
    }
}
