// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.List;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Header;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * Judges whether a request is meant for the version of a resource that a route has found (optimistic lock): {@code method:
 * {beanType: io.serai.gateway.IfMatch, method: fails}}, with its ETag in the property {@code etag}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1">RFC 9110, section 13.1.1</a>
 */
public final class IfMatch {

    private IfMatch() {}

    /** Whether there is a condition that names neither {@code *} nor this ETag. Weak ones never match. */
    public static boolean fails(
            @Header(HttpHeaders.IF_MATCH) @Nullable Object sent, @ExchangeProperty("etag") String etag) {
        if (sent == null) {
            return false;
        }
        var headers = new HttpHeaders();
        // a list where the client sent several lines
        var lines = sent instanceof List<?> several ? several : List.of(sent);
        lines.forEach(line -> headers.add(HttpHeaders.IF_MATCH, line.toString()));
        try {
            var tags = headers.getIfMatch();
            return !tags.contains("*") && !tags.contains(etag);
        } catch (IllegalArgumentException malformed) {
            return true;
        }
    }
}
