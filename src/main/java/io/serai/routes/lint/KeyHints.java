// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Says where a key belongs that stands in the wrong place, and how a value of the wrong shape is written. */
final class KeyHints {

    /** The definition of a step, in Camel's schema. */
    static final String STEP = "org.apache.camel.model.ProcessorDefinition";

    private static final String LATER =
            "this hub runs Camel " + CamelSchema.VERSION + "; it has neither what came later nor what went before";

    private static final String DEFINITIONS = "#/items/definitions/";

    private static final int MAX_LISTED = 12;

    private final JsonNode definitions;
    private final Catalogue catalogue;
    /** The definition of each step, by name. */
    private final Map<String, JsonNode> steps = new TreeMap<>();

    KeyHints(JsonNode definitions, Catalogue catalogue) {
        this.definitions = definitions;
        this.catalogue = catalogue;
        definitions
                .path(STEP)
                .path("properties")
                .properties()
                .forEach(step -> steps.put(step.getKey(), resolved(step.getValue())));
    }

    /**
     * The way out for a key that is unknown where it stands.
     *
     * @param known the keys that may stand there
     */
    String of(String key, Set<String> known) {
        return merge(key)
                .or(() -> nested(key, known))
                .or(() -> library(key, known))
                .or(() -> branch(key, known))
                .or(() -> stepsWithinSteps(key, known))
                .or(() -> Similar.find(key, known).map(name -> "did you mean '" + name + "'?"))
                .or(() -> misplacedStep(key))
                .or(() -> expression(known))
                .orElseGet(() -> known.size() > MAX_LISTED ? LATER : "known are " + String.join(", ", known));
    }

    /** The way out for a value that is of another shape than {@code rule} asks for. */
    static @Nullable String ofType(String type, Node node, JsonNode rule) {
        var text = Nodes.text(node);
        if (type.equals("object") && text != null && !Nodes.isNull(node) && rule.findValue("simple") != null) {
            return "say in which language: '" + (text.contains("${") ? "simple" : "constant") + ": \"" + Text.cut(text)
                    + "\"'";
        }
        return switch (type) {
            case "array" -> "begin each item with '- '";
            case "object" -> "indent the keys that belong here by two more blanks";
            default -> null;
        };
    }

    private static Optional<String> merge(String key) {
        return key.equals("<<") ? Optional.of("YAML 1.2 has no merge keys; write the keys out here") : Optional.empty();
    }

    /** The key's own keys are those known here: it stands within itself. */
    private Optional<String> nested(String key, Set<String> known) {
        return definitions.findValues(key).stream()
                .map(this::resolved)
                .filter(rule -> !known.isEmpty() && CamelSchema.keys(rule).equals(known))
                .findFirst()
                .map(rule -> "'" + key + "' stands within '" + key + "'; take one of them out");
    }

    private Optional<String> library(String key, Set<String> known) {
        var model = catalogue.camel().dataFormatModel(key);
        return model != null && known.contains(model.getModelName())
                ? Optional.of("did you mean '" + model.getModelName() + "'? '" + key + "' is a library of it")
                : Optional.empty();
    }

    /** A part of some step, such as {@code onFallback}, that stands among steps. */
    private Optional<String> branch(String key, Set<String> known) {
        if (!known.equals(steps.keySet()) || key.equals("steps")) {
            return Optional.empty();
        }
        var owners = steps.entrySet().stream()
                .filter(step -> !step.getKey().contains("-"))
                .filter(step -> CamelSchema.keys(step.getValue()).contains(key))
                .map(step -> "'" + step.getKey() + "'")
                .toList();
        return owners.isEmpty() || owners.size() > 3
                ? Optional.empty()
                : Optional.of("it belongs under " + owners.stream().collect(Collectors.joining(" or "))
                        + ", as a key beside its 'steps:'");
    }

    private Optional<String> stepsWithinSteps(String key, Set<String> known) {
        return key.equals("steps") && known.equals(steps.keySet())
                ? Optional.of("the list holds steps; take its items out, each with '- ', or put them under 'pipeline:'")
                : Optional.empty();
    }

    private Optional<String> misplacedStep(String key) {
        return steps.containsKey(key)
                ? Optional.of("'" + key + "' is a step: it belongs under 'steps:', as an item with '- '")
                : Optional.empty();
    }

    private static Optional<String> expression(Set<String> known) {
        return known.contains("simple") && known.contains("constant")
                ? Optional.of("an expression belongs here: say it in a language, as in 'constant: file:in'")
                : Optional.empty();
    }

    private JsonNode resolved(JsonNode rule) {
        return rule.has("$ref") ? definitions.path(rule.get("$ref").asText().substring(DEFINITIONS.length())) : rule;
    }
}
