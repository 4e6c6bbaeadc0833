// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import io.serai.message.Invalid;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;

/**
 * What a client is told when a request fails.
 *
 * <pre>{@code
 * {"type": "/problems/invalid", "title": "Invalid", "status": 422, "detail": "reading event: 1 attribute(s) invalid",
 *  "instance": "/api/events", "errors": [{"name": "id", "detail": "missing"}], "traceId": "0193..."}
 * }</pre>
 *
 * @param status HTTP status
 * @param type last part of the stable {@code type}, kebab-case
 * @param detail what failed and what to do; never content of the request that was not checked
 * @param errors which parts are wrong
 * @param more extension members
 * @param headers further response headers, like {@code Allow} or {@code Retry-After}
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>
 */
public record Problem(
        int status,
        String type,
        String detail,
        List<Invalid.Field> errors,
        Map<String, Object> more,
        Map<String, String> headers) {

    public static Problem of(int status, String type, String detail) {
        return new Problem(status, type, detail, List.of(), Map.of(), Map.of());
    }

    /** A problem named after its status, like {@code not-acceptable}. */
    public static Problem of(int status, String detail) {
        var known = HttpStatus.resolve(status);
        var type = known == null
                ? "status-" + status
                : known.getReasonPhrase().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        return of(status, type, detail);
    }

    /** For what only a status is known of. */
    public static Problem of(int status) {
        return switch (status) {
            case 400 -> of(status, "reading request: it is not well-formed HTTP, or a parameter is malformed");
            case 401 -> of(status, "authenticating: no valid credentials, send them as Basic or Bearer");
            case 403 -> of(status, "authorizing: these credentials do not allow that");
            case 404 -> of(status, "finding resource: nothing is at this path");
            case 405 -> of(status, "finding resource: it does not take this method, see the Allow header");
            case 406 -> of(status, "choosing representation: the resource has none of the accepted types");
            case 413 -> of(status, "body-too-large", "reading body: it is over the limit");
            case 414 -> of(status, "uri-too-long", "reading request: its first line is longer than the hub takes");
            case 415 -> of(status, "reading body: its content type is not taken here, see the Accept header");
            case 431 ->
                of(
                        status,
                        "headers-too-large",
                        "reading request: its headers are larger in all, or more of them, than the hub takes");
            case 500 ->
                of(status, "answering request: the hub failed unexpectedly, its log tells more at this traceId");
            case 503 -> unavailable("answering request: it took too long or the hub is starting, try again", 1);
            default -> of(status, "answering request failed");
        };
    }

    /**
     * The answer of a hub that cannot serve now and expects to soon.
     *
     * @param seconds until the request may come again
     */
    public static Problem unavailable(String detail, long seconds) {
        return of(503, "unavailable", detail).withHeader("Retry-After", Long.toString(seconds));
    }

    public Problem withErrors(List<Invalid.Field> wrong) {
        return new Problem(status, type, detail, wrong, more, headers);
    }

    public Problem withMore(String name, Object value) {
        return new Problem(status, type, detail, errors, Map.of(name, value), headers);
    }

    public Problem withHeader(String name, String value) {
        return new Problem(status, type, detail, errors, more, Map.of(name, value));
    }

    /** The type in words: {@code malformed-json} is "Malformed json". */
    String title() {
        return Character.toUpperCase(type.charAt(0)) + type.substring(1).replace('-', ' ');
    }
}
