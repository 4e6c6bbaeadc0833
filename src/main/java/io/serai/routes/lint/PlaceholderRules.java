// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.Named;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.util.IOHelper;

/** Finds {@code {{name}}} that the configuration does not resolve: Camel refuses such a route when it starts. */
final class PlaceholderRules {

    /** One that nests no other. A default, {@code {{?…}}}, and what a function such as {@code env:} reads is not looked up. */
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{([^{}:?!]+)}}");

    /** A variable of the environment that has no default. */
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:([^{}:?!]+)}}");

    /** What follows is tokens of a template language, or not read by Camel. */
    private static final Set<String> TEXTS = Set.of("description", "note");

    private final Predicate<String> isConfigured;

    PlaceholderRules(Predicate<String> isConfigured) {
        this.isConfigured = isConfigured;
    }

    static boolean isText(String key) {
        return TEXTS.contains(key);
    }

    void check(RouteContent content, Report report) {
        var parameters = content.templateParameters().stream().collect(Collectors.toSet());
        content.texts().forEach(text -> check(text, parameters, report));
    }

    private void check(Named text, Set<String> parameters, Report report) {
        PLACEHOLDER
                .matcher(text.id())
                .results()
                .map(found -> found.group(1).strip())
                .distinct()
                .forEach(name -> {
                    if (!parameters.contains(name) && !isConfigured.test(name)) {
                        report(text.place(), name, report);
                    }
                });
        VARIABLE.matcher(text.id())
                .results()
                .map(found -> found.group(1).strip())
                .distinct()
                .filter(name -> IOHelper.lookupEnvironmentVariable(name) == null)
                .forEach(name -> report.warning(
                        text.place(),
                        "unset-variable",
                        "the environment here has no '" + Text.cut(name) + "'; without it the route does not start",
                        "set it where the hub runs, or write a default: {{env:" + Text.cut(name) + ":…}}"));
    }

    private static void report(Place place, String name, Report report) {
        report.error(
                place,
                "unresolved-placeholder",
                "nothing here sets '" + Text.cut(name) + "', so the route does not start",
                "set it in config/application.yaml or the environment, or write a default: {{" + Text.cut(name)
                        + ":…}}");
    }
}
