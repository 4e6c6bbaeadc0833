// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Locale;

/**
 * Answers a client of a stream that cannot be served now: 200, when to connect again, and the end of the answer.
 *
 * <p>A browser's {@code EventSource} connects again after a stream that ends, and never after another status than 200.
 *
 * <pre>{@code
 * retry: 1000
 * : answering request: the hub is starting, try again
 * }</pre>
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent events</a>
 */
final class StreamRetry {

    private static final String EVENT_STREAM = "text/event-stream";

    /** Serves nothing but a stream, so a client that accepts anything means the stream. */
    private static final String EVENTS = "/api/events/stream";

    private StreamRetry() {}

    static boolean isFor(HttpServletRequest request, Problem problem) {
        return problem.status() == HttpServletResponse.SC_SERVICE_UNAVAILABLE
                && request.getMethod().equals("GET")
                && (request.getRequestURI().equals(EVENTS) || accepts(request));
    }

    static void send(HttpServletResponse response, Problem problem, String detail) throws IOException {
        var seconds = Long.parseLong(problem.headers().getOrDefault("Retry-After", "1"));
        var body = "retry: %d\n: %s\n\n".formatted(seconds * 1000, detail).getBytes(StandardCharsets.UTF_8);
        response.resetBuffer();
        response.setStatus(HttpServletResponse.SC_OK);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType(EVENT_STREAM);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    private static boolean accepts(HttpServletRequest request) {
        return Collections.list(request.getHeaders("Accept")).stream()
                .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(EVENT_STREAM));
    }
}
