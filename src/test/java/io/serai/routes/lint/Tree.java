// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A routes folder in memory. */
final class Tree {

    static final RouteLinter LINTER = new RouteLinter(
            PolicyNames.BUILT_IN,
            name -> name.equals("kept-in-order") ? Optional.of(true) : Optional.empty(),
            name -> !name.startsWith("not.set"));

    private static final String CONTRACT = "# in:\n# out:\n# on error:\n# idempotent by:\n";

    private final List<RouteFile> files = new ArrayList<>();

    /** A file with the contract's four lines before the text, which begins on line 5. */
    Tree with(String path, String text) {
        return plain(path, CONTRACT + text);
    }

    Tree plain(String path, String text) {
        files.add(new RouteFile(path, text.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    List<RouteFile> files() {
        return files;
    }

    /** The findings as {@code rule line:column}. */
    List<String> rules() {
        return rules(LINTER.lint(files, files));
    }

    List<Finding> findings() {
        return LINTER.lint(files, files);
    }

    static List<String> rules(List<Finding> findings) {
        return findings.stream()
                .map(each -> each.rule() + " " + each.line() + ":" + each.column())
                .toList();
    }

    /** A route called {@code a} with these lines as its steps, the first of them on line 10. */
    static String steps(String steps) {
        return """
                - route:
                    id: a
                    from:
                      uri: direct:a
                      steps:
                """ + steps.indent(8);
    }

    /** A route called {@code a} that begins with these lines, the first of them on line 8. */
    static String from(String from) {
        return """
                - route:
                    id: a
                    from:
                """ + from.indent(6) + "      steps:\n        - stop: {}\n";
    }
}
