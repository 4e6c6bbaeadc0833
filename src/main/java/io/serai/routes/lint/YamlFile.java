// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/** Reads YAML with the parser that Camel reads it with, keeping the place of each node, within limits. */
public final class YamlFile {

    /** A route file of 300 KB has some 10,000 lines. */
    static final int MAX_BYTES = 2_000_000;

    static final int MAX_DEPTH = 200;

    /** After aliases are followed: few of them, nested, stand for more than any memory holds. */
    static final int MAX_NODES = 200_000;

    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setCodePointLimit(MAX_BYTES)
            .setMaxAliasesForCollections(1_000)
            .setVersionFunction(YamlFile::any)
            .build();

    private YamlFile() {}

    /** The root of the file; empty, with the reason reported, where it is no YAML or beyond the limits. */
    public static Optional<Node> read(RouteFile file, Consumer<Finding> report) {
        try {
            if (file.content().length > MAX_BYTES) {
                throw new TooMuch("the file is larger than 2 MB");
            }
            var text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(file.content()))
                    .toString();
            var parser = new ParserImpl(SETTINGS, new StreamReader(SETTINGS, text));
            var root = new Composer(SETTINGS, parser).getSingleNode();
            if (root.isEmpty()) {
                report.accept(new Finding(
                        Severity.ERROR,
                        file.path(),
                        1,
                        1,
                        "yaml",
                        "the file is empty",
                        "write a route, or remove the file"));
                return root;
            }
            size(root.get(), 0, new IdentityHashMap<>());
            return root;
        } catch (MarkedYamlEngineException broken) {
            var place = broken.getProblemMark().or(broken::getContextMark);
            var line = place.map(mark -> mark.getLine() + 1).orElse(1);
            var column = place.map(mark -> mark.getColumn() + 1).orElse(1);
            var context = broken.getContext() == null ? "" : broken.getContext() + ", ";
            // as Camel does: it reads one document, or nothing of the file
            var isSecond = context.startsWith("expected a single document");
            report.accept(new Finding(
                    Severity.ERROR,
                    file.path(),
                    line,
                    column,
                    "yaml",
                    isSecond
                            ? "a second document begins here; Camel reads files of one"
                            : "this is not YAML: " + context + broken.getProblem(),
                    isSecond
                            ? "remove the '---', or make what follows a file of its own"
                            : "look at the indentation, quotes and colons here and in the line before"));
        } catch (CharacterCodingException notText) {
            report.accept(new Finding(
                    Severity.ERROR, file.path(), 1, 1, "yaml", "the file is not UTF-8", "save it as UTF-8"));
        } catch (TooMuch | YamlEngineException | StackOverflowError beyond) {
            var reason = beyond instanceof StackOverflowError ? "it is nested too deeply" : beyond.getMessage();
            report.accept(
                    new Finding(Severity.ERROR, file.path(), 1, 1, "yaml", "the file is not read: " + reason, null));
        }
        return Optional.empty();
    }

    /** Number of nodes with aliases followed; each node is counted once, so that the count itself is quick. */
    private static long size(Node node, int depth, Map<Node, Long> known) {
        if (depth > MAX_DEPTH) {
            throw new TooMuch("it is nested deeper than " + MAX_DEPTH + " levels, or an alias contains itself");
        }
        var before = known.get(node);
        if (before != null) {
            return before;
        }
        long size = 1;
        if (node instanceof SequenceNode sequence) {
            for (var item : sequence.getValue()) {
                size += size(item, depth + 1, known);
            }
        } else if (node instanceof MappingNode mapping) {
            for (var tuple : mapping.getValue()) {
                size += size(tuple.getKeyNode(), depth + 1, known) + size(tuple.getValueNode(), depth + 1, known);
            }
        }
        if (size > MAX_NODES) {
            throw new TooMuch("its aliases stand for more than " + MAX_NODES + " values");
        }
        known.put(node, size);
        return size;
    }

    private static SpecVersion any(SpecVersion version) {
        return version;
    }

    /** The file is beyond a limit. */
    private static final class TooMuch extends RuntimeException {

        TooMuch(String reason) {
            super(reason);
        }
    }
}
