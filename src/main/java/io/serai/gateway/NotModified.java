// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Set;
import org.apache.camel.Exchange;
import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * Turns the answer of a route into 304 without a body where the caller has that version already ({@code If-None-Match}).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2">RFC 9110, section 13.1.2</a>
 */
final class NotModified {

    private static final String KNOWN = "SeraiIfNoneMatch";
    private static final Set<String> READING = Set.of("GET", "HEAD");
    private static final int OK = HttpStatus.OK.value();

    private NotModified() {}

    /** Keeps what the caller knows: the answer may come when the server uses the request for another caller. */
    static void remember(HttpServletRequest request, Exchange exchange) {
        var known = Collections.list(request.getHeaders(HttpHeaders.IF_NONE_MATCH));
        if (!known.isEmpty() && READING.contains(request.getMethod())) {
            exchange.setProperty(KNOWN, String.join(",", known));
        }
    }

    static void apply(Exchange exchange) {
        var known = exchange.getProperty(KNOWN, String.class);
        var message = exchange.getMessage();
        var etag = message.getHeader(HttpHeaders.ETAG, String.class);
        if (known == null
                || etag == null
                || message.getHeader(Exchange.HTTP_RESPONSE_CODE, OK, Integer.class) != OK
                // the ETag of a partner's answer is not given to the caller
                || OutsideHeaders.contain(exchange, HttpHeaders.ETAG, etag)) {
            return;
        }
        var current = ETag.create(etag);
        if (ETag.parse(known).stream().anyMatch(each -> each.isWildcard() || each.compare(current, false))) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, HttpStatus.NOT_MODIFIED.value());
            message.removeHeader(HttpHeaders.CONTENT_TYPE);
            message.setBody(null);
        }
    }
}
