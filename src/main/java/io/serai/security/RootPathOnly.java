// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.List;
import org.springframework.core.env.Environment;

/**
 * Refuses to start a hub under a path of its own.
 *
 * <p>Roles, filters, routes and the console go by paths that begin with {@code /api}; under a prefix they would not meet the
 * requests they are for.
 */
final class RootPathOnly {

    private static final List<String> KEYS = List.of("server.servlet.context-path", "spring.mvc.servlet.path");

    private RootPathOnly() {}

    /** @throws StartRefused when one of the keys is set to another path than {@code /} */
    static void check(Environment environment) {
        for (var key : KEYS) {
            var path = environment.getProperty(key, "").strip();
            if (!path.isEmpty() && !path.equals("/")) {
                throw new StartRefused(
                        key + " is set, but roles and browser rules go by paths that begin with /api.",
                        "Take it out, and let a proxy in front add and remove the prefix.");
            }
        }
    }
}
