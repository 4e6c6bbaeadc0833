// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import java.util.Set;
import org.apache.camel.component.properties.PropertiesLookup;
import org.apache.camel.component.properties.PropertiesParser;
import org.jspecify.annotations.Nullable;

/**
 * Resolves the placeholders that routes and configuration hold, and none that a message holds. Camel's HTTP clients
 * resolve the URI of each call once more after the route has put it together.
 *
 * @see <a href="https://camel.apache.org/security/CVE-2026-78164.html">CVE-2026-78164</a>
 */
final class WrittenPlaceholders implements PropertiesParser {

    /** They resolve what comes from headers of a message. */
    private static final Set<String> AT_RUN_TIME = Set.of(
            "org.apache.camel.http.common.HttpHelper", "org.apache.camel.component.http.helper.HttpMethodHelper");

    /** Between one of them and this parser stand Camel's context and properties component. */
    private static final int FRAMES = 12;

    private final PropertiesParser parser;

    WrittenPlaceholders(PropertiesParser parser) {
        this.parser = parser;
    }

    @Override
    public String parseUri(
            String text, PropertiesLookup properties, boolean fallback, boolean keepOptional, boolean nested) {
        return text.contains("{{") && isOfMessage()
                ? text
                : parser.parseUri(text, properties, fallback, keepOptional, nested);
    }

    private static boolean isOfMessage() {
        return StackWalker.getInstance()
                .walk(frames -> frames.limit(FRAMES).anyMatch(frame -> AT_RUN_TIME.contains(frame.getClassName())));
    }

    @Override
    public String parseProperty(String key, String value, PropertiesLookup properties) {
        return parser.parseProperty(key, value, properties);
    }

    @Override
    public @Nullable String customLookup(String key) {
        return parser.customLookup(key);
    }
}
