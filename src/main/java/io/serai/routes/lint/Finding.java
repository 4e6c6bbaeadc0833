// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.message.SecretValues;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is wrong in a route file, and where.
 *
 * <pre>{@code
 * {"severity": "ERROR", "file": "orders/store-order.camel.yaml", "line": 12, "column": 9, "rule": "unknown-key",
 *  "message": "'stepz' is not known here", "hint": "did you mean 'steps'?"}
 * }</pre>
 *
 * @param file path below the routes folder, separated by {@code /}
 * @param line 1 or more
 * @param column 1 or more
 * @param rule kebab-case and stable; what it is about
 * @param message one sentence, for the person who wrote the route
 * @param hint what to do, or null where the message says it
 */
public record Finding(
        Severity severity,
        String file,
        int line,
        int column,
        String rule,
        String message,
        @Nullable String hint) {

    /** By file, then by place. */
    public static final Comparator<Finding> BY_PLACE = Comparator.comparing(Finding::file)
            .thenComparingInt(Finding::line)
            .thenComparingInt(Finding::column)
            .thenComparing(Finding::rule)
            .thenComparing(Finding::message);

    /** The same without secrets: what Camel says of an endpoint quotes its options. */
    public Finding masked(SecretValues secrets) {
        var masked = secrets.mask(message);
        return masked.equals(message) ? this : new Finding(severity, file, line, column, rule, masked, hint);
    }
}
