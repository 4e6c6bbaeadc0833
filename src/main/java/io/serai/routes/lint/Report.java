// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Collects the findings of one file. */
record Report(String file, List<Finding> findings) {

    /** Where something stands in a file; both from 1. */
    record Place(int line, int column) {

        static final Place TOP = new Place(1, 1);

        static Place of(Node node) {
            return node.getStartMark()
                    .map(mark -> new Place(mark.getLine() + 1, mark.getColumn() + 1))
                    .orElse(TOP);
        }
    }

    void error(Place place, String rule, String message, @Nullable String hint) {
        add(Severity.ERROR, place, rule, message, hint);
    }

    void warning(Place place, String rule, String message, @Nullable String hint) {
        add(Severity.WARNING, place, rule, message, hint);
    }

    private void add(Severity severity, Place place, String rule, String message, @Nullable String hint) {
        findings.add(new Finding(severity, file, place.line(), place.column(), rule, message, hint));
    }
}
