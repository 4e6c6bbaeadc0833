// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.YamlFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.FlowStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** Takes a route file apart. Reads text only; Camel has no part in it. */
final class Units {

    /** The key of a unit that is all of its file. */
    static final String WHOLE_FILE = "file";

    /** Hold for all routes of their file, and so are part of each. */
    private static final Set<String> FILE_SCOPE = Set.of(
            "errorHandler",
            "error-handler",
            "onException",
            "on-exception",
            "onCompletion",
            "on-completion",
            "intercept",
            "interceptFrom",
            "intercept-from",
            "interceptSendToEndpoint",
            "intercept-send-to-endpoint");

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("beans", Kind.BEANS),
            Map.entry("routeConfiguration", Kind.CONFIGURATION),
            Map.entry("route-configuration", Kind.CONFIGURATION),
            Map.entry("routeTemplate", Kind.TEMPLATE),
            Map.entry("route-template", Kind.TEMPLATE),
            Map.entry("templatedRoute", Kind.TEMPLATED),
            Map.entry("templated-route", Kind.TEMPLATED),
            Map.entry("restConfiguration", Kind.SETTING),
            Map.entry("rest-configuration", Kind.SETTING),
            Map.entry("dataFormats", Kind.SETTING),
            Map.entry("rest", Kind.REST));

    private static final Pattern BOUND = Pattern.compile("@BindToRegistry\\s*\\(\\s*\"([^\"]+)\"");

    private final RouteFile file;
    private final List<String> lines;
    private final Set<String> keys = new HashSet<>();

    private Units(RouteFile file, String text) {
        this.file = file;
        this.lines = List.of(text.split("\n", -1));
    }

    /** Whether routes are made of it. */
    static boolean isRoutes(String path) {
        return path.endsWith(".camel.yaml") || path.endsWith(".kamelet.yaml") || path.endsWith(".java");
    }

    /**
     * The units of a file in the order they stand in.
     *
     * @throws Broken where the file is empty, not UTF-8 or not YAML
     */
    static List<Unit> of(RouteFile file) throws Broken {
        if (!isRoutes(file.path())) {
            return List.of(resource(file));
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file.content()))
                    .toString();
        } catch (CharacterCodingException notText) {
            throw Broken.at(file.path(), 1, 1, "encoding", "the file is not UTF-8", notText);
        }
        if (text.isBlank()) {
            throw Broken.at(file.path(), 1, 1, "empty", "the file is empty", new IllegalArgumentException());
        }
        var units = new Units(file, text);
        return file.isJava() ? List.of(units.java(text)) : units.yaml();
    }

    private static Unit resource(RouteFile file) {
        var name = file.path().substring(file.path().lastIndexOf('/') + 1);
        return new Unit(
                file.path(), Kind.RESOURCE, WHOLE_FILE, file.name(), 1, "", Hash.of(file.content()), Set.of(name));
    }

    private Unit java(String text) {
        var provides =
                BOUND.matcher(text).results().map(found -> found.group(1)).collect(Collectors.toSet());
        provides.add(file.name());
        return new Unit(file.path(), Kind.JAVA, WHOLE_FILE, file.name(), 1, text, text, provides);
    }

    private List<Unit> yaml() throws Broken {
        var root = read();
        if (root instanceof SequenceNode list && list.getFlowStyle() == FlowStyle.BLOCK && canBeTakenApart(list)) {
            return apart(list);
        }
        var kind = root instanceof MappingNode ? Kind.TEMPLATE : Kind.WHOLE;
        var provides = new HashSet<String>();
        if (root instanceof SequenceNode list) {
            list.getValue().forEach(item -> provides.addAll(provides(item)));
        }
        scalar(child(child(root, "metadata"), "name")).ifPresent(provides::add);
        return List.of(new Unit(
                file.path(), kind, WHOLE_FILE, file.name(), 1, String.join("\n", lines), canonical(root), provides));
    }

    private Node read() throws Broken {
        var findings = new ArrayList<Finding>();
        var root = YamlFile.read(file, findings::add);
        if (root.isEmpty()) {
            throw new Broken(findings.get(0), new IllegalArgumentException());
        }
        return root.get();
    }

    /** Each item begins a line of its own, and none refers to another. */
    private boolean canBeTakenApart(SequenceNode list) {
        var beginnings = list.getValue().stream().map(Units::line).toList();
        return beginnings.stream().distinct().count() == beginnings.size()
                && list.getValue().stream().allMatch(this::beginsItsLine)
                && !hasAnchors(list);
    }

    private boolean beginsItsLine(Node item) {
        var mark = item.getStartMark();
        return item instanceof MappingNode mapping
                && !mapping.getValue().isEmpty()
                && mark.isPresent()
                && lines.get(mark.get().getLine())
                        .substring(
                                0,
                                Math.min(
                                        mark.get().getColumn(),
                                        lines.get(mark.get().getLine()).length()))
                        .contains("-");
    }

    private static boolean hasAnchors(Node node) {
        return node.getAnchor().isPresent() || children(node).anyMatch(Units::hasAnchors);
    }

    private List<Unit> apart(SequenceNode list) {
        var items = list.getValue();
        var shared =
                items.stream().filter(item -> FILE_SCOPE.contains(type(item))).toList();
        var sharedText = shared.stream().map(Units::canonical).collect(Collectors.joining());
        var units = new ArrayList<Unit>();
        var number = new HashMap<Kind, Integer>();
        for (var item : items) {
            if (FILE_SCOPE.contains(type(item))) {
                continue;
            }
            var kind = KINDS.getOrDefault(type(item), Kind.ROUTE);
            int count = number.merge(kind, 1, Integer::sum);
            // what carries out steps in the scope of the file
            var scoped = kind == Kind.ROUTE || kind == Kind.REST;
            var kept = new ArrayList<>(scoped ? shared : List.<Node>of());
            kept.add(item);
            var own = name(kind, count);
            units.add(new Unit(
                    file.path(),
                    kind,
                    unique(id(item).orElse(own)),
                    own,
                    line(item) + 1,
                    only(items, kept),
                    (scoped ? sharedText : "") + canonical(item),
                    provides(item)));
        }
        if (units.isEmpty()) {
            // nothing but a scope, or an empty list: still has to be something Camel accepts
            units.add(new Unit(
                    file.path(),
                    Kind.WHOLE,
                    WHOLE_FILE,
                    file.name(),
                    1,
                    String.join("\n", lines),
                    canonical(list),
                    Set.of()));
        }
        return units;
    }

    private String name(Kind kind, int count) {
        var suffix = kind == Kind.REST ? "-rest" : kind == Kind.TEMPLATED ? "-templated" : "";
        return file.name() + suffix + (count == 1 ? "" : "-" + count);
    }

    /** Two routes of one id in one file are both kept, for Camel to complain of. */
    private String unique(String key) {
        return Stream.iterate(1, n -> n + 1)
                .map(n -> n == 1 ? key : key + "#" + n)
                .filter(keys::add)
                .findFirst()
                .orElseThrow();
    }

    /** The file with all other items blanked out. */
    private String only(List<Node> items, List<Node> kept) {
        var first = line(items.get(0));
        return IntStream.range(0, lines.size())
                .mapToObj(number -> {
                    if (number < first) {
                        return lines.get(number);
                    }
                    var owner =
                            items.stream().filter(item -> line(item) <= number).reduce((one, next) -> next);
                    return owner.filter(kept::contains).isPresent() ? lines.get(number) : "";
                })
                .collect(Collectors.joining("\n"));
    }

    private static Set<String> provides(Node item) {
        return switch (type(item)) {
            case "beans" ->
                children(value(item))
                        .map(bean -> scalar(child(bean, "name")))
                        .flatMap(Optional::stream)
                        .collect(Collectors.toSet());
            case "routeTemplate", "route-template" -> id(item).map(Set::of).orElse(Set.of());
            // of its pattern, or of all: see Fingerprints
            default -> Set.of();
        };
    }

    /** Whether a route configuration applies to all routes that name none. */
    static boolean isGlobal(Unit configuration) {
        return configuration.key().equals(configuration.name())
                || configuration.key().equals("*");
    }

    private static Optional<String> id(Node item) {
        return Stream.of("id", "routeId", "route-id")
                .map(name -> scalar(child(value(item), name)))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static String type(Node item) {
        return item instanceof MappingNode mapping && !mapping.getValue().isEmpty()
                ? scalar(mapping.getValue().get(0).getKeyNode()).orElse("")
                : "";
    }

    private static @Nullable Node value(Node item) {
        return item instanceof MappingNode mapping && !mapping.getValue().isEmpty()
                ? mapping.getValue().get(0).getValueNode()
                : null;
    }

    private static @Nullable Node child(@Nullable Node parent, String name) {
        return parent instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(tuple ->
                                scalar(tuple.getKeyNode()).filter(name::equals).isPresent())
                        .map(NodeTuple::getValueNode)
                        .findFirst()
                        .orElse(null)
                : null;
    }

    private static Optional<String> scalar(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? Optional.of(scalar.getValue()) : Optional.empty();
    }

    private static int line(Node node) {
        return node.getStartMark().orElseThrow().getLine();
    }

    private static Stream<Node> children(@Nullable Node node) {
        if (node instanceof SequenceNode list) {
            return list.getValue().stream();
        }
        if (node instanceof MappingNode mapping) {
            return mapping.getValue().stream().flatMap(tuple -> Stream.of(tuple.getKeyNode(), tuple.getValueNode()));
        }
        return Stream.empty();
    }

    /** The same for the same content, however it is laid out. Aliases are bounded by the parser. */
    private static String canonical(Node node) {
        if (node instanceof ScalarNode scalar) {
            var value = scalar.getValue();
            return scalar.getTag().getValue() + " " + value.length() + " " + value + "\n";
        }
        return node.getClass().getSimpleName()
                + "(\n"
                + children(node).filter(Objects::nonNull).map(Units::canonical).collect(Collectors.joining())
                + ")\n";
    }
}
