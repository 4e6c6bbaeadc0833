// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

/** Checks routes that answer HTTP. */
final class HttpRules {

    void check(EndpointUse use, Report report) {
        if (use.isOf("platform-http") && use.isConsumer() && use.option("httpMethodRestrict") == null) {
            report.warning(
                    use.place(),
                    "any-method",
                    "the route runs on every HTTP method: a GET, which callers and proxies take for harmless and repeat,"
                            + " does what a POST does",
                    "add 'httpMethodRestrict: POST' (or what it serves) under parameters");
        }
    }
}
