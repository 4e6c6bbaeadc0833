// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.Recipients;
import java.util.Set;
import java.util.regex.Pattern;

/** Endpoints that a message decides about: the hub keeps values from becoming code, the author says what they may be. */
final class DataRules {

    private static final Set<String> INSIDE = Set.of("direct", "seda");

    /** Their values come from the hub and its operator. */
    private static final Pattern OWN = Pattern.compile(
            "\\$(simple)?\\{(date:|properties:|env[:.]|sysenv[:.]|sys\\.|hostname|camelId|routeId)[^}$]*}");

    private static final Pattern FUNCTION = Pattern.compile("\\$(simple)?\\{");

    void check(EndpointUse use, Report report) {
        if (use.isDynamic()) {
            checkUri(use.uri(), use.place(), report);
        }
    }

    void check(Recipients recipients, Report report) {
        if (recipients.language().equals("simple") && !recipients.text().startsWith("resource:")) {
            for (var uri : recipients.text().split(",", -1)) {
                checkUri(uri.split("\\?", 2)[0], recipients.place(), report);
            }
        } else if (!recipients.language().equals("constant")) {
            reportWhole(recipients.place(), report);
        }
    }

    private static void checkUri(String uri, Place place, Report report) {
        var text = OWN.matcher(uri).replaceAll("own:");
        var function = FUNCTION.matcher(text);
        if (!function.find()) {
            return;
        }
        var scheme = text.indexOf(':');
        if (scheme < 0 || scheme > function.start()) {
            reportWhole(place, report);
        } else if (!INSIDE.contains(text.substring(0, scheme).strip())) {
            report.warning(
                    place,
                    "data-in-uri",
                    "a message decides about what stands before the '?'",
                    "choose among 'direct:' routes, or write 'lint: ignore data-in-uri' where the value is checked");
        }
    }

    private static void reportWhole(Place place, Report report) {
        report.warning(
                place,
                "data-in-uri",
                "a message decides about a whole URI, which is refused unless the route names it",
                "set the property 'allowedUris' to a constant in a step before it, as in 'direct:a,direct:b-*'");
    }
}
