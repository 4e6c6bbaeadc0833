// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.RouteContent.Expression;
import java.util.regex.Pattern;

/**
 * Finds comparisons in Simple that lose the fraction of a number: it converts one side to the type of the other, so that
 * {@code 10000.01 > 10000} is false and {@code 10000.01 == 10000} is true.
 */
final class NumberRules {

    /** A field of the body, or any value against a literal with a fraction. Sizes are whole numbers. */
    private static final Pattern FIELD = Pattern.compile(
            "\\$\\{body[\\[.?](?![^}]*(?:size|length|count|index)(?:\\(\\))?})[^}]*}\\s*(?:[<>]=?|==|!=)\\s*'?-?\\d+(?:\\.\\d+)?(?![\\w.:-])",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern FRACTION =
            Pattern.compile("\\$\\{[^}]*}\\s*(?:[<>]=?|==|!=)\\s*'?-?\\d+\\.\\d+(?![\\w.:-])");

    void check(Expression expression, Report report) {
        if (expression.language().equals("simple")
                && expression.isPredicate()
                && (FIELD.matcher(expression.text()).find()
                        || FRACTION.matcher(expression.text()).find())) {
            report.warning(
                    expression.place(),
                    "number-comparison",
                    "Simple may drop the fraction before it compares: 10000.01 > 10000 is false, 10000.01 == 10000 is true",
                    "compare in jsonpath while the body is JSON, as in '$[?(@.total > 10000)]'; where the number is whole, ignore this");
        }
    }
}
