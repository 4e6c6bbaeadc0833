// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.apache.camel.Exchange;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.context.request.ServletWebRequest;

/**
 * Turns the answer of a route into 304 without a body where the caller has that version already ({@code If-None-Match}).
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2">RFC 9110, section 13.1.2</a>
 */
final class NotModified {

    private static final Set<String> READING = Set.of("GET", "HEAD");
    private static final int OK = HttpStatus.OK.value();

    private NotModified() {}

    static void apply(Exchange exchange, HttpServletRequest request) {
        var message = exchange.getMessage();
        var etag = message.getHeader(HttpHeaders.ETAG, String.class);
        if (!READING.contains(request.getMethod())
                || etag == null
                || request.getHeader(HttpHeaders.IF_NONE_MATCH) == null
                || message.getHeader(Exchange.HTTP_RESPONSE_CODE, OK, Integer.class) != OK
                // the ETag of a partner's answer is not given to the caller
                || OutsideHeaders.contain(exchange, HttpHeaders.ETAG, etag)) {
            return;
        }
        if (new ServletWebRequest(request).checkNotModified(etag)) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, HttpStatus.NOT_MODIFIED.value());
            message.removeHeader(HttpHeaders.CONTENT_TYPE);
            message.setBody(null);
        }
    }
}
