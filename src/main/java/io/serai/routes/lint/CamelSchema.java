// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.serai.routes.lint.Report.Place;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.tooling.model.EipModel;
import org.apache.camel.util.StringHelper;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Compares YAML with Camel's own JSON schema of its YAML DSL, as leniently as Camel reads it: a scalar is a string, a
 * placeholder may stand for any scalar, and an enumeration's case does not matter.
 *
 * <p>A validator for any schema says of a slip within alternatives that none of them holds. This one goes on with the
 * alternative that explains most of what is written, and says what is wrong there. It knows the words that this schema is
 * made of (asserted by a test), and no more.
 */
final class CamelSchema {

    static final String VERSION = "4.17";

    static final Set<String> WORDS = Set.of(
            "$ref",
            "$schema",
            "additionalProperties",
            "anyOf",
            "default",
            "definitions",
            "deprecated",
            "description",
            "enum",
            "format",
            "items",
            "maxProperties",
            "not",
            "oneOf",
            "properties",
            "required",
            "title",
            "type");

    /** Camel takes these in each step, its schema leaves them out. */
    private static final Set<String> BESIDE = Set.of("inheritErrorHandler");

    private static final JsonNode BOOLEAN =
            JsonNodeFactory.instance.objectNode().put("type", "boolean");

    private static final String RESOURCE = "schema/camelYamlDsl.json";
    private static final String DEFINITIONS = "#/items/definitions/";
    private static final String LANGUAGE = "org.apache.camel.model.language.";

    /** What is wrong, and how deep in the tree: of alternatives the one that fails deepest was meant. */
    private record Mismatch(
            Place place,
            int depth,
            String rule,
            String message,
            @Nullable String hint) {}

    private final JsonNode schema;
    private final JsonNode definitions;
    /** The rule of each language, by name. */
    private final ObjectNode languages = JsonNodeFactory.instance.objectNode();

    private final KeyHints hints;

    /** Attributes that are times, which Camel's schema calls texts or numbers. */
    private final Set<JsonNode> durations = Collections.newSetFromMap(new IdentityHashMap<>());

    CamelSchema(Catalogue catalogue) {
        try (var json = CamelSchema.class.getClassLoader().getResourceAsStream(RESOURCE)) {
            if (json == null) {
                throw new IllegalStateException("reading " + RESOURCE + ": camel-yaml-dsl is not there");
            }
            schema = new ObjectMapper().readTree(json);
            definitions = schema.path("items").path("definitions");
            definitions
                    .path(LANGUAGE + "ExpressionDefinition")
                    .findValues("properties")
                    .forEach(each -> each.properties().forEach(language -> {
                        if (language.getValue().has("$ref")) {
                            languages.set(language.getKey(), language.getValue());
                        }
                    }));
            catalogue
                    .camel()
                    .findModelNames()
                    .forEach(name -> readDurations(catalogue.camel().eipModel(name)));
        } catch (IOException unreadable) {
            throw new UncheckedIOException("reading " + RESOURCE, unreadable);
        }
        hints = new KeyHints(definitions, catalogue);
    }

    private void readDurations(EipModel model) {
        var properties = definitions.path(model.getJavaType()).findValues("properties");
        model.getOptions().stream()
                .filter(option -> "duration".equals(option.getType()))
                .forEach(option -> properties.stream()
                        .filter(each -> each.has(option.getName()))
                        .forEach(each -> durations.add(each.get(option.getName()))));
    }

    /** The schema as Camel ships it. */
    JsonNode json() {
        return schema;
    }

    /** Names of the EIPs that a step may be. */
    Set<String> steps() {
        return keys(definitions.path(KeyHints.STEP));
    }

    /** Names of the languages that an expression may be in. */
    Set<String> languages() {
        var names = new TreeSet<String>();
        languages.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** A list of routes, beans, REST services and so on. */
    void check(Node root, Report report) {
        report(check(root, schema, 0), report);
    }

    /** What stands under the key of one such item. */
    void checkItem(String kind, Node value, Report report) {
        report(check(value, schema.path("items").path("properties").path(kind), 0), report);
    }

    private static void report(List<Mismatch> mismatches, Report report) {
        var told = new HashSet<Place>();
        for (var each : mismatches) {
            if (told.add(each.place())) {
                report.error(each.place(), each.rule(), each.message(), each.hint());
            }
        }
    }

    private List<Mismatch> check(Node node, JsonNode rule, int depth) {
        if (rule.has("$ref")) {
            // beside $ref the draft knows nothing
            var name = rule.get("$ref").asText().substring(DEFINITIONS.length());
            return name.startsWith(LANGUAGE) && node instanceof MappingNode mapping
                    ? checkExpression(mapping, definitions.path(name), depth)
                    : check(node, definitions.path(name), depth);
        }
        var found = new ArrayList<Mismatch>();
        if (durations.contains(rule)
                && node instanceof ScalarNode scalar
                && !isPlaceholder(scalar.getValue())
                && !ComponentRules.isDuration(scalar.getValue())) {
            var text = "'" + Text.cut(scalar.getValue()) + "' is no time; expected " + ComponentRules.A_DURATION;
            found.add(new Mismatch(Place.of(node), depth, "type", text, null));
            return found;
        }
        if (!hasType(node, rule, depth, found)) {
            return found;
        }
        if (rule.has("enum") && node instanceof ScalarNode scalar) {
            checkEnum(scalar, rule.get("enum"), depth, found);
        }
        for (var word : List.of("oneOf", "anyOf")) {
            if (rule.has(word)) {
                found.addAll(closest(node, rule.get(word), depth));
            }
        }
        if (rule.has("not") && check(node, rule.get("not"), depth).isEmpty()) {
            found.add(new Mismatch(Place.of(node), depth, "schema", "two of these exclude each other", null));
        }
        if (node instanceof MappingNode mapping) {
            checkKeys(mapping, rule, depth, found);
        } else if (node instanceof SequenceNode sequence && rule.has("items")) {
            for (var item : sequence.getValue()) {
                found.addAll(check(item, rule.get("items"), depth + 1));
            }
        }
        return found;
    }

    /**
     * An expression may hold one of another language, which then counts in its place: Camel's loader takes that, its schema
     * leaves it out.
     */
    private List<Mismatch> checkExpression(MappingNode expression, JsonNode rule, int depth) {
        var form = rule.path("oneOf").path(1).isMissingNode()
                ? rule
                : rule.path("oneOf").path(1);
        var known = form.path("properties");
        var inner = expression.getValue().stream()
                .filter(tuple -> isOneOf(languages, tuple) && !isOneOf(known, tuple))
                .findFirst();
        if (known.isMissingNode() || inner.isEmpty()) {
            return check(expression, rule, depth);
        }
        var language = String.valueOf(Nodes.text(inner.get().getKeyNode()));
        var found = check(inner.get().getValueNode(), languages.get(language), depth + 1);
        var rest = new MappingNode(
                expression.getTag(),
                expression.getValue().stream()
                        .filter(tuple -> tuple != inner.get())
                        .toList(),
                expression.getFlowStyle());
        checkKeys(rest, form.<ObjectNode>deepCopy().without("required"), depth, found);
        return found;
    }

    private static boolean isOneOf(JsonNode names, NodeTuple tuple) {
        var key = Nodes.text(tuple.getKeyNode());
        return key != null && names.has(key);
    }

    private List<Mismatch> closest(Node node, JsonNode alternatives, int depth) {
        List<Mismatch> closest = null;
        for (var alternative : alternatives) {
            var found = check(node, alternative, depth);
            if (found.isEmpty()) {
                return found;
            }
            if (closest == null || BY_FIT.compare(found, closest) < 0) {
                closest = found;
            }
        }
        return closest == null ? List.of() : closest;
    }

    /** First what got deepest before it failed, then what failed in fewest places. */
    private static final Comparator<List<Mismatch>> BY_FIT = Comparator.<List<Mismatch>>comparingInt(
                    found -> -found.stream().mapToInt(Mismatch::depth).min().orElse(0))
            .thenComparingInt(List::size);

    private static boolean hasType(Node node, JsonNode rule, int depth, List<Mismatch> found) {
        var type = rule.path("type").asText("");
        var fits = switch (type) {
            case "object" -> node instanceof MappingNode;
            case "array" ->
                node instanceof SequenceNode || (node instanceof ScalarNode && isOfTexts(rule) && !Nodes.isNull(node));
            case "string" -> node instanceof ScalarNode;
            case "boolean" -> node instanceof ScalarNode scalar && isBoolean(scalar.getValue());
            case "number", "integer" -> node instanceof ScalarNode scalar && isNumber(scalar.getValue());
            default -> true;
        };
        if (!fits) {
            found.add(new Mismatch(
                    Place.of(node),
                    depth,
                    "type",
                    "expected " + named(type) + ", found " + named(node),
                    KeyHints.ofType(type, node, rule)));
        }
        return fits;
    }

    /** Camel reads one text as a list of it. */
    private static boolean isOfTexts(JsonNode rule) {
        return rule.path("items").path("type").asText().equals("string");
    }

    private static boolean isBoolean(String text) {
        return isPlaceholder(text) || text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
    }

    private static boolean isNumber(String text) {
        return isPlaceholder(text) || text.matches("[-+]?[0-9_]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?");
    }

    static boolean isPlaceholder(String text) {
        return text.contains("{{") || text.contains("${");
    }

    private static void checkEnum(ScalarNode scalar, JsonNode values, int depth, List<Mismatch> found) {
        var text = scalar.getValue();
        var known = new ArrayList<String>();
        values.forEach(value -> known.add(value.asText()));
        if (!isPlaceholder(text) && known.stream().noneMatch(value -> isSame(value, text))) {
            var hint = Similar.hint(text, known);
            found.add(new Mismatch(
                    Place.of(scalar), depth, "enum", "'" + text + "' is none of " + String.join(", ", known), hint));
        }
    }

    private static boolean isSame(String value, String text) {
        return value.equalsIgnoreCase(text) || letters(value).equalsIgnoreCase(letters(text));
    }

    private static String letters(String name) {
        return name.replaceAll("[-_]", "");
    }

    private void checkKeys(MappingNode mapping, JsonNode rule, int depth, List<Mismatch> found) {
        var properties = rule.path("properties");
        var present = new HashSet<String>();
        for (var tuple : mapping.getValue()) {
            var key = named(Nodes.text(tuple.getKeyNode()), rule);
            var place = Place.of(tuple.getKeyNode());
            if (key == null) {
                found.add(new Mismatch(place, depth, "schema", "a key must be a word", null));
            } else if (!present.add(key)) {
                found.add(new Mismatch(
                        place, depth + 1, "duplicate-key", "'" + key + "' stands here twice", "remove one of them"));
            } else if (properties.has(key)) {
                found.addAll(check(tuple.getValueNode(), properties.get(key), depth + 1));
            } else if (BESIDE.contains(key)) {
                found.addAll(check(tuple.getValueNode(), BOOLEAN, depth + 1));
            } else if (rule.has("additionalProperties")
                    && !rule.get("additionalProperties").asBoolean(true)) {
                found.add(unknown(key, place, keys(rule), depth));
            }
        }
        var limit = rule.path("maxProperties").asInt(Integer.MAX_VALUE);
        if (mapping.getValue().size() > limit) {
            found.add(new Mismatch(
                    Place.of(mapping.getValue().get(limit).getKeyNode()),
                    depth + 1,
                    "one-each",
                    "only one of these may stand in an item of a list",
                    "begin an item of its own with '- '"));
        }
        for (var required : rule.path("required")) {
            if (!present.contains(required.asText())) {
                found.add(new Mismatch(
                        Place.of(mapping), depth, "missing", "'" + required.asText() + "' is missing here", null));
            }
        }
    }

    /** Camel reads {@code auto-startup} as {@code autoStartup}; names of steps it does not. */
    private static @Nullable String named(@Nullable String key, JsonNode rule) {
        if (key == null || !key.contains("-") || rule.has("maxProperties")) {
            return key;
        }
        var camelCase = StringHelper.dashToCamelCase(key);
        return rule.path("properties").has(camelCase) ? camelCase : key;
    }

    private Mismatch unknown(String key, Place place, Set<String> known, int depth) {
        var isStep = known.equals(steps());
        return new Mismatch(
                place,
                depth + 1,
                isStep ? "unknown-eip" : "unknown-key",
                "'" + key + "' is "
                        + (isStep ? "no step that Camel " + VERSION + " knows" : "not known here to Camel " + VERSION),
                hints.of(key, known));
    }

    static Set<String> keys(JsonNode rule) {
        var names = new TreeSet<String>();
        rule.path("properties").fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String named(String type) {
        return switch (type) {
            case "object" -> "keys with values";
            case "array" -> "a list";
            case "boolean" -> "true or false";
            case "number", "integer" -> "a number";
            default -> "a text";
        };
    }

    private static String named(Node node) {
        if (node instanceof ScalarNode scalar) {
            return Nodes.isNull(node) ? "nothing" : "'" + Text.cut(scalar.getValue()) + "'";
        }
        return node instanceof SequenceNode ? "a list" : "keys with values";
    }
}
