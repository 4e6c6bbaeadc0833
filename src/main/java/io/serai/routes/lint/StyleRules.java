// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.camel.util.StringHelper;

/** Habits that let a reader find their way: {@code routes/README.md}. Warnings only. */
final class StyleRules {

    private static final List<String> CONTRACT = List.of("in:", "out:", "on error:", "idempotent by:");
    private static final int MAX_STEPS = 5;

    void check(RouteContent content, Report report) {
        checkContract(content.file(), report);
        checkName(content, report);
        for (var branch : content.branches()) {
            if (branch.steps() > MAX_STEPS) {
                report.warning(
                        branch.place(),
                        "long-branch",
                        "'" + branch.kind() + "' has " + branch.steps() + " steps; more than " + MAX_STEPS
                                + " are hard to read",
                        "make them a direct: route of their own");
            }
        }
        if (content.file().isYaml()) {
            content.endpoints().forEach(use -> checkInline(use, report));
        }
    }

    private static void checkContract(RouteFile file, Report report) {
        var mark = file.isJava() ? "//" : "#";
        var comments = new String(file.content(), StandardCharsets.UTF_8)
                .lines()
                .map(String::strip)
                .filter(line -> line.startsWith(mark))
                .map(line -> line.substring(mark.length()).strip().toLowerCase(Locale.ROOT))
                .toList();
        var missing = new ArrayList<String>();
        for (var line : CONTRACT) {
            if (comments.stream().noneMatch(comment -> comment.startsWith(line))) {
                missing.add("'" + mark + " " + line + "'");
            }
        }
        if (!missing.isEmpty()) {
            report.warning(
                    Place.TOP,
                    "contract",
                    "the file does not say " + String.join(", ", missing),
                    "open it with a comment line for each, so that nobody has to read the steps to know what it does");
        }
    }

    private static void checkName(RouteContent content, Report report) {
        if (content.routes().isEmpty()) {
            return;
        }
        var name = content.file().isJava()
                ? StringHelper.camelCaseToDash(content.file().name())
                : content.file().name();
        for (var route : content.routes()) {
            if (route.id() == null) {
                report.warning(
                        route.place(),
                        "no-id",
                        "the route has no id, so it gets another name at each start",
                        "write it as '- route:' with 'id: " + name + "'");
            }
        }
        var first = content.routes().get(0);
        if (content.routes().size() == 1 && first.id() != null && !first.id().equals(name)) {
            report.warning(
                    first.place(),
                    "file-name",
                    "the route '" + Text.cut(first.id()) + "' is in a file of another name",
                    "call the route '" + name + "', or the file '" + Text.cut(first.id()) + "'");
        }
    }

    private static void checkInline(EndpointUse use, Report report) {
        use.options().values().stream()
                .filter(EndpointUse.Option::isInline)
                .findFirst()
                .ifPresent(option -> report.warning(
                        option.place(),
                        "inline-options",
                        "the options of '" + Text.cut(use.uri()) + "' stand in its URI",
                        "write them under 'parameters:', one a line"));
    }
}
