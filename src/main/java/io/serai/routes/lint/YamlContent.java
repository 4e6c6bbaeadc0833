// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.EndpointUse.Option;
import io.serai.routes.lint.EndpointUse.Role;
import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.Branch;
import io.serai.routes.lint.RouteContent.DataFormatUse;
import io.serai.routes.lint.RouteContent.Expression;
import io.serai.routes.lint.RouteContent.Named;
import io.serai.routes.lint.RouteContent.Recipients;
import io.serai.routes.lint.RouteContent.RouteUse;
import io.serai.routes.lint.RouteContent.Secret;
import io.serai.routes.lint.RouteContent.Step;
import io.serai.routes.lint.RouteContent.Swallowing;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Finds routes, endpoints and expressions in YAML, in their short and long forms. */
final class YamlContent {

    private static final Map<String, Role> ENDPOINTS = Map.of(
            "from", Role.CONSUMER,
            "interceptFrom", Role.CONSUMER,
            "pollEnrich", Role.CONSUMER,
            "poll", Role.CONSUMER,
            "to", Role.PRODUCER,
            "toD", Role.PRODUCER,
            "wireTap", Role.PRODUCER,
            "enrich", Role.PRODUCER,
            "interceptSendToEndpoint", Role.PRODUCER);

    /** An intercepted URI is a pattern. */
    private static final Set<String> PATTERNS = Set.of("interceptFrom", "interceptSendToEndpoint");

    static final Set<String> DYNAMIC = Set.of("toD", "wireTap", "enrich", "pollEnrich", "poll");

    /** Their expression gives URIs. */
    static final Set<String> RECIPIENTS =
            Set.of("recipientList", "routingSlip", "dynamicRouter", "enrich", "pollEnrich");

    /** Expressions without a text of their own. */
    private static final Set<String> VALUES = Set.of("header", "exchangeProperty", "variable", "method", "ref");

    static final Set<String> PREDICATES = Set.of(
            "when",
            "onWhen",
            "filter",
            "validate",
            "handled",
            "continued",
            "retryWhile",
            "completionPredicate",
            "precondition");

    private static final Set<String> BRANCHES = Set.of("when", "otherwise", "doCatch", "doFinally", "onFallback");

    /** Branches of which a step has several. */
    private static final Set<String> LISTED = Set.of("when", "doCatch");

    /** What is under these is data, not routes. */
    private static final Set<String> DATA = Set.of("parameters", "properties", "constructors", "metadata");

    private final RouteContent content;

    YamlContent(RouteContent content) {
        this.content = content;
    }

    /** Reads one item of a file's list. */
    void readItem(String kind, Node value) {
        switch (kind) {
            case "route" -> readRoute(value);
            case "from" ->
                content.routes().add(new RouteUse(null, Place.of(value), endpoint("from", value, Role.CONSUMER), ""));
            case "templatedRoute" -> readId(Nodes.get(value, "routeId"));
            case "routeConfiguration" -> {
                walk(kind, value, text(value, "id"));
                return;
            }
            case "beans" -> readBeans(value);
            default -> {}
        }
        visit(kind, value, null);
    }

    /** Reads a part of a kamelet, whose ids are those of each use. */
    void readTemplate(String key, Node value) {
        if (key.equals("beans")) {
            readBeans(value);
        }
        visit(key, value, null);
    }

    /** Reads what placeholders may stand in, and the parameters that templates declare. */
    void readTexts(Node node) {
        if (node instanceof ScalarNode scalar && scalar.getValue().contains("{{")) {
            content.texts().add(new Named(scalar.getValue(), Place.of(scalar)));
        }
        Nodes.items(node).forEach(this::readTexts);
        Nodes.entries(node).forEach((key, entry) -> {
            if (key.equals("routeTemplate")) {
                Nodes.items(Nodes.get(entry.getValue(), "parameters"))
                        .forEach(each -> content.templateParameters().add(text(each, "name")));
            }
            if (key.equals("routeTemplate") || key.equals("template")) {
                Nodes.items(Nodes.get(entry.getValue(), "beans"))
                        .forEach(each -> content.templateParameters().add(text(each, "name")));
            }
            if (key.equals("definition")) {
                content.templateParameters()
                        .addAll(Nodes.entries(Nodes.get(entry.getValue(), "properties"))
                                .keySet());
            }
            if (!PlaceholderRules.isText(key)) {
                readTexts(entry.getValue());
            }
        });
    }

    private static String text(Node node, String key) {
        var text = Nodes.text(node, key);
        return text == null ? "" : text;
    }

    private void readRoute(Node route) {
        var id = Nodes.get(route, "id");
        readId(id);
        var from = Nodes.get(route, "from");
        content.routes()
                .add(new RouteUse(
                        Nodes.text(id),
                        Place.of(id == null ? route : id),
                        from == null ? null : endpoint("from", from, Role.CONSUMER),
                        text(route, "routeConfigurationId")));
    }

    private void readId(@Nullable Node id) {
        var text = Nodes.text(id);
        if (id != null && text != null && !CamelSchema.isPlaceholder(text)) {
            content.ids().add(new Named(text, Place.of(id)));
        }
    }

    private void readBeans(Node beans) {
        for (var bean : Nodes.items(beans)) {
            Nodes.entries(Nodes.get(bean, "properties")).forEach((name, entry) -> {
                if (entry.getValue() instanceof ScalarNode scalar) {
                    content.constants().add(new Secret(name, scalar.getValue(), Place.of(scalar)));
                }
            });
        }
    }

    private void walk(String parent, Node node, @Nullable String configuration) {
        if (node instanceof SequenceNode sequence) {
            sequence.getValue().forEach(item -> walk(parent, item, configuration));
        } else if (node instanceof MappingNode) {
            Nodes.entries(node).forEach((key, entry) -> {
                // a step's name, an expression's language, or an attribute of the parent
                if (!DATA.contains(key)) {
                    var holder = key.equals("expression") ? parent : key;
                    readExpression(parent, key, entry.getValue());
                    readSteps(key, entry.getKey(), entry.getValue());
                    visit(holder, entry.getValue(), configuration);
                }
            });
        }
    }

    private void readSteps(String kind, Node key, Node value) {
        if (value instanceof MappingNode step) {
            content.steps().add(new Step(kind, step, Place.of(key)));
        }
        if (LISTED.contains(kind)) {
            for (var item : Nodes.items(value)) {
                if (item instanceof MappingNode step) {
                    content.steps().add(new Step(kind, step, Place.of(item)));
                }
            }
        }
    }

    private void visit(String key, Node value, @Nullable String configuration) {
        var role = ENDPOINTS.get(key);
        if (role != null && !PATTERNS.contains(key)) {
            var endpoint = endpoint(key, value, role);
            if (endpoint != null) {
                content.endpoints().add(endpoint);
            }
        }
        if (key.equals("kamelet")) {
            var name = value instanceof ScalarNode scalar ? scalar.getValue() : Nodes.text(value, "name");
            if (name != null) {
                content.endpoints().add(withParameters("kamelet:" + name, value, Role.PRODUCER, false));
            }
        }
        if (BRANCHES.contains(key)) {
            for (var branch : value instanceof SequenceNode sequence ? sequence.getValue() : java.util.List.of(value)) {
                content.branches()
                        .add(new Branch(
                                key, Nodes.items(Nodes.get(branch, "steps")).size(), Place.of(branch)));
            }
        }
        if (key.equals("get")
                || key.equals("post")
                || key.equals("put")
                || key.equals("delete")
                || key.equals("patch")) {
            Nodes.items(value).forEach(verb -> readId(Nodes.get(verb, "id")));
        }
        if (key.equals("setHeader") || key.equals("setProperty") || key.equals("setVariable")) {
            readConstant(value);
        }
        if (key.equals("marshal") || key.equals("unmarshal")) {
            readDataFormats(value);
        }
        readSwallowing(key, value, configuration);
        walk(key, value, configuration);
    }

    /** Each key is read as one; those that are none are not known as such. */
    private void readDataFormats(Node step) {
        Nodes.entries(step).forEach((name, entry) -> {
            var library = Nodes.get(entry.getValue(), "library");
            var choice = library == null ? Nodes.get(entry.getValue(), "type") : library;
            content.dataFormats()
                    .add(new DataFormatUse(
                            name, Nodes.text(choice), Place.of(choice == null ? entry.getKey() : choice)));
        });
    }

    private void readSwallowing(String key, Node value, @Nullable String configuration) {
        if (key.equals("onException")) {
            for (var word : Set.of("handled", "continued")) {
                var answer = Nodes.get(value, word);
                if (answer != null && !isFalse(answer)) {
                    content.swallowing().add(new Swallowing(word, Place.of(keyOf(value, word)), configuration));
                }
            }
        }
        if (key.equals("errorHandler") && Nodes.get(value, "deadLetterChannel") != null) {
            content.swallowing()
                    .add(new Swallowing(
                            "deadLetterChannel", Place.of(keyOf(value, "deadLetterChannel")), configuration));
        }
    }

    private static Node keyOf(Node node, String key) {
        var found = Nodes.key(node, key);
        return found == null ? node : found;
    }

    private static boolean isFalse(Node answer) {
        var constant = answer instanceof ScalarNode ? answer : Nodes.get(answer, "constant");
        var text = constant instanceof MappingNode ? Nodes.text(constant, "expression") : Nodes.text(constant);
        return "false".equalsIgnoreCase(text);
    }

    private void readConstant(Node setter) {
        var name = Nodes.text(setter, "name");
        var expression = Nodes.get(setter, "expression");
        for (var language : Set.of("constant", "simple")) {
            var constant = Nodes.get(expression == null ? setter : expression, language);
            var scalar = constant instanceof MappingNode ? Nodes.get(constant, "expression") : constant;
            if (name != null && scalar instanceof ScalarNode value) {
                content.constants().add(new Secret(name, value.getValue(), Place.of(value)));
            }
        }
    }

    private void readExpression(String parent, String key, Node value) {
        var isLanguage = Catalogue.LANGUAGES.contains(key);
        if (!isLanguage && !VALUES.contains(key)) {
            return;
        }
        var text = value instanceof MappingNode ? Nodes.get(value, "expression") : value;
        if (text instanceof ScalarNode scalar) {
            if (isLanguage) {
                content.expressions()
                        .add(new Expression(key, scalar.getValue(), PREDICATES.contains(parent), Place.of(scalar)));
            }
            if (RECIPIENTS.contains(parent)) {
                content.recipients().add(new Recipients(key, scalar.getValue(), Place.of(scalar)));
            }
        }
    }

    private static @Nullable EndpointUse endpoint(String key, Node value, Role role) {
        if (value instanceof ScalarNode scalar) {
            return uri(scalar, role, DYNAMIC.contains(key));
        }
        if (Nodes.get(value, "uri") instanceof ScalarNode scalar) {
            var use = uri(scalar, role, DYNAMIC.contains(key));
            addParameters(use, value);
            return use;
        }
        return null;
    }

    private static EndpointUse withParameters(String uri, Node value, Role role, boolean isDynamic) {
        var use = EndpointUse.of(role, uri, Place.of(value), 0, isDynamic);
        addParameters(use, value);
        return use;
    }

    private static EndpointUse uri(ScalarNode scalar, Role role, boolean isDynamic) {
        var place = Place.of(scalar);
        var isOnOneLine = scalar.getStartMark().isPresent()
                && scalar.getEndMark().isPresent()
                && scalar.getStartMark().get().getLine()
                        == scalar.getEndMark().get().getLine();
        var column = place.column() + (scalar.getScalarStyle() == ScalarStyle.PLAIN ? 0 : 1);
        return EndpointUse.of(role, scalar.getValue(), place, isOnOneLine ? column : 0, isDynamic);
    }

    private static void addParameters(EndpointUse use, Node value) {
        Nodes.entries(Nodes.get(value, "parameters")).forEach((name, entry) -> {
            var text = Nodes.text(entry.getValue());
            use.options().put(name, new Option(text == null ? "{{…}}" : text, Place.of(entry.getKey()), false));
        });
    }
}
