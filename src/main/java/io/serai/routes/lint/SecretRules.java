// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import io.serai.routes.lint.Report.Place;
import io.serai.routes.lint.RouteContent.Secret;
import java.util.regex.Pattern;

/** Secrets that stand in a route as they are, for everybody who can read the file. */
final class SecretRules {

    private static final Pattern CREDENTIALS_IN_URI = Pattern.compile("[a-z0-9+.:-]*//?[^/@:?\\s{$]*:([^/@\\s]+)@.*");

    /** Headers that hold a secret. */
    private static final Pattern HEADER = Pattern.compile("(?i)(proxy-)?authorization|cookie|x-api-key");

    void check(EndpointUse use, Report report) {
        use.options().forEach((name, option) -> {
            if (SecretNames.isSecret(name) && isPlain(option.value())) {
                report(option.place(), name, report);
            }
        });
        var match = CREDENTIALS_IN_URI.matcher(use.uri());
        if (match.matches() && isPlain(match.group(1))) {
            report(use.place(), "the password in the URI", report);
        }
    }

    void check(Secret set, Report report) {
        if ((SecretNames.isSecret(set.name()) || HEADER.matcher(set.name()).matches()) && isPlain(set.value())) {
            report(set.place(), set.name(), report);
        }
    }

    private static boolean isPlain(String value) {
        return !value.isBlank()
                && !CamelSchema.isPlaceholder(value)
                && !value.startsWith("#")
                && !value.equalsIgnoreCase("true")
                && !value.equalsIgnoreCase("false");
    }

    private static void report(Place place, String name, Report report) {
        report.error(
                place,
                "plain-secret",
                "'" + Text.cut(name) + "' is readable by everybody who has this file",
                "put it into the environment and write {{env:NAME}}");
    }
}
