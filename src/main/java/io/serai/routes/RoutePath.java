// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.message.Invalid;
import io.serai.routes.reload.RouteFolder;
import java.util.Arrays;
import java.util.regex.Pattern;

/** Checks the paths of route files that come over HTTP: they stay in the folder, and name nothing hidden. */
final class RoutePath {

    static final String ENDINGS = ".camel.yaml, .kamelet.yaml, .test.yaml, .yaml, .java, .schema.json or .sql";

    private static final int MAX_LENGTH = 255;
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");
    private static final Pattern FILE = Pattern.compile(".*[A-Za-z0-9_-]\\.(yaml|java|schema\\.json|sql)");

    private RoutePath() {}

    /** @throws Invalid with the way out */
    static String check(String path) {
        var parts = path.split("/", -1);
        var valid = path.length() <= MAX_LENGTH
                && parts.length <= RouteFolder.MAX_DEPTH
                && FILE.matcher(path).matches()
                && Arrays.stream(parts).allMatch(part -> PART.matcher(part).matches());
        if (!valid) {
            throw new Invalid("reading path of route file: expected up to " + (RouteFolder.MAX_DEPTH - 1)
                    + " folders and a name of letters, digits, '.', '_' and '-'"
                    + " that ends in " + ENDINGS);
        }
        return path;
    }
}
