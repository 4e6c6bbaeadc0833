// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.editor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.serai.routes.lint.Catalogue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.tooling.model.BaseOptionModel;
import org.apache.camel.tooling.model.ComponentModel;
import org.apache.camel.tooling.model.ComponentModel.EndpointOptionModel;
import org.apache.camel.tooling.model.JsonMapper;

/**
 * Makes the JSON schema of routes in YAML: Camel's own, corrected where Camel 4.17 runs what its schema refuses, with the
 * options of every component that this hub has, those of {@code event:} first.
 *
 * <p>Camel reads any scalar as a text, and a text or a placeholder where a number or a boolean is expected.
 */
final class EditorSchema {

    private static final String CAMEL = "schema/camelYamlDsl.json";
    private static final String COMPONENTS = "io.serai.components";
    private static final String FIRST = "event";
    /** Labels begin with a quotation mark or a letter. */
    private static final String BEFORE_LABELS = "!";

    private static final List<String> SCALARS = List.of("string", "number", "boolean");

    private final ObjectMapper json = new ObjectMapper();
    private final Catalogue catalogue;

    EditorSchema(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    byte[] bytes() {
        try (var camel = Catalogue.class.getClassLoader().getResourceAsStream(CAMEL)) {
            if (camel == null) {
                throw new IllegalStateException("reading " + CAMEL + ": camel-yaml-dsl is not there");
            }
            var schema = (ObjectNode) json.readTree(camel);
            // the first draft with if and then
            schema.put("$schema", "http://json-schema.org/draft-07/schema#");
            var components = components();
            correct(schema, components);
            ((ObjectNode) schema.at("/items/definitions")).set(COMPONENTS, conditions(components));
            return json.writeValueAsBytes(schema);
        } catch (IOException unreadable) {
            throw new UncheckedIOException("reading " + CAMEL, unreadable);
        }
    }

    private List<ComponentModel> components() {
        return catalogue.schemes().stream()
                .filter(catalogue::hasComponent)
                .sorted(Comparator.comparing((String scheme) -> !scheme.equals(FIRST))
                        .thenComparing(Comparator.naturalOrder()))
                .flatMap(scheme -> catalogue.description(scheme).stream())
                .map(JsonMapper::generateComponentModel)
                .toList();
    }

    private void correct(JsonNode node, List<ComponentModel> components) {
        node.forEach(each -> correct(each, components));
        if (node instanceof ObjectNode schema) {
            correctType(schema);
            var properties = schema.path("properties");
            if (properties.has("disabled")) {
                ((ObjectNode) properties)
                        .putObject("inheritErrorHandler")
                        .put("type", "boolean")
                        .put("description", "Whether the route's error handler takes what fails here");
            }
            if (properties.has("uri") && properties.has("parameters")) {
                offer(components, (ObjectNode) properties.path("uri"));
                schema.putArray("allOf").addObject().put("$ref", "#/items/definitions/" + COMPONENTS);
            }
        }
    }

    /** Language servers sort what they offer by its label, save snippets, which say where they stand. */
    private static void offer(List<ComponentModel> components, ObjectNode uri) {
        var examples = uri.putArray("examples");
        components.forEach(each -> examples.add(each.getScheme() + ":"));
        uri.putArray("defaultSnippets")
                .addObject()
                .put("label", FIRST + ":")
                .put("description", "The events of this hub: event:TYPE publishes or subscribes")
                .put("body", FIRST + ":")
                .put("sortText", BEFORE_LABELS);
    }

    /** A property of the name "type" is no text. */
    private void correctType(ObjectNode schema) {
        var type = schema.path("type").asText();
        if (type.equals("string") && !schema.has("enum")) {
            schema.set("type", json.valueToTree(SCALARS));
        } else if (Stream.of("boolean", "number", "integer").anyMatch(type::equals)) {
            scalar(schema, type);
        }
    }

    private void scalar(ObjectNode schema, String type) {
        schema.set("type", json.valueToTree(List.of(type, "string")));
        if (type.equals("boolean")) {
            schema.put("pattern", "^(true|false|TRUE|FALSE|True|False|.*[{$#].*)$");
        }
    }

    /** Says of each component which parameters it takes. */
    private ObjectNode conditions(List<ComponentModel> components) {
        var all = json.createObjectNode();
        var each = all.putArray("allOf");
        for (var component : components) {
            var condition = each.addObject();
            var when = condition.putObject("if");
            when.putArray("required").add("uri");
            when.putObject("properties")
                    .putObject("uri")
                    .put("type", "string")
                    .put("pattern", "^" + component.getScheme().replace("+", "\\+") + "(:|$)");
            condition.putObject("then").putObject("properties").set("parameters", parameters(component));
        }
        return all;
    }

    private ObjectNode parameters(ComponentModel component) {
        var parameters = json.createObjectNode();
        var properties = parameters.putObject("properties");
        var prefixes = json.createObjectNode();
        for (var option : component.getEndpointOptions()) {
            properties.set(option.getName(), option(option));
            if (option.isMultiValue() && option.getPrefix() != null) {
                prefixes.putObject("^" + option.getPrefix().replace(".", "\\."));
            }
        }
        if (!prefixes.isEmpty()) {
            parameters.set("patternProperties", prefixes);
        }
        if (!component.isLenientProperties() && !component.isApi()) {
            parameters.put("additionalProperties", false);
        }
        return parameters;
    }

    private ObjectNode option(EndpointOptionModel option) {
        var schema = json.createObjectNode();
        schema.put("description", option.getDescription());
        var type = String.valueOf(option.getType());
        if (option.getEnums() != null) {
            var choices = schema.putArray("anyOf");
            choices.addObject().set("enum", json.valueToTree(option.getEnums()));
            choices.addObject().put("type", "string").put("pattern", "[{$#]");
        } else if (Stream.of("boolean", "number", "integer").anyMatch(type::equals)) {
            scalar(schema, type);
        } else {
            schema.set("type", json.valueToTree(SCALARS));
        }
        defaultOf(option, schema);
        return schema;
    }

    private void defaultOf(BaseOptionModel option, ObjectNode schema) {
        if (option.getDefaultValue() != null) {
            schema.set("default", json.valueToTree(option.getDefaultValue()));
        }
    }
}
