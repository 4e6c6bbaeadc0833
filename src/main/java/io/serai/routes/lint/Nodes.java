// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Reads a tree of YAML nodes whose shape is not known to be right. */
final class Nodes {

    private Nodes() {}

    static @Nullable Node get(@Nullable Node node, String key) {
        if (node instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                if (key.equals(text(tuple.getKeyNode()))) {
                    return tuple.getValueNode();
                }
            }
        }
        return null;
    }

    static @Nullable Node key(@Nullable Node node, String key) {
        if (node instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                if (key.equals(text(tuple.getKeyNode()))) {
                    return tuple.getKeyNode();
                }
            }
        }
        return null;
    }

    /** The text of a scalar, whatever its type; null of anything else. */
    static @Nullable String text(@Nullable Node node) {
        return node instanceof ScalarNode scalar ? scalar.getValue() : null;
    }

    static @Nullable String text(@Nullable Node node, String key) {
        return text(get(node, key));
    }

    static List<Node> items(@Nullable Node node) {
        return node instanceof SequenceNode sequence ? sequence.getValue() : List.of();
    }

    /** Keys that are scalars, in their order, with key and value node. */
    static Map<String, Map.Entry<Node, Node>> entries(@Nullable Node node) {
        var entries = new LinkedHashMap<String, Map.Entry<Node, Node>>();
        if (node instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                if (tuple.getKeyNode() instanceof ScalarNode key) {
                    entries.put(key.getValue(), Map.entry(key, tuple.getValueNode()));
                }
            }
        }
        return entries;
    }

    static boolean isTrue(@Nullable Node node) {
        return "true".equalsIgnoreCase(text(node));
    }

    static boolean isNull(Node node) {
        return node.getTag().equals(Tag.NULL);
    }
}
