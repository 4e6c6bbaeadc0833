// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.bus.format.EventDraft;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.UriReference;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads events whose attributes are HTTP headers, {@code ce-id} and so on. Thread-safe.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md">HTTP
 *     binding, section 3.1</a>
 */
final class BinaryEvents {

    private static final String PREFIX = "ce-";

    /** @throws Invalid naming each attribute that is wrong */
    Event read(HttpServletRequest request, @Nullable String contentType, byte[] body) {
        var draft = new EventDraft();
        var names = request.getHeaderNames();
        while (names.hasMoreElements()) {
            var header = names.nextElement();
            if (header.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                attribute(request, header, draft);
            }
        }
        if (contentType != null) {
            draft.set(EventDraft.DATA_CONTENT_TYPE, MediaTypes.attribute(contentType));
        }
        return draft.toEvent(body);
    }

    private static void attribute(HttpServletRequest request, String header, EventDraft draft) {
        var name = header.substring(PREFIX.length()).toLowerCase(Locale.ROOT);
        var values = request.getHeaders(header);
        var value = values.nextElement();
        if (values.hasMoreElements()) {
            draft.wrong(name, "given twice");
        } else if (name.equals(EventDraft.DATA_CONTENT_TYPE)) {
            draft.wrong(name, "send it as Content-Type");
        } else {
            var decoded = decode(value);
            if (decoded == null) {
                draft.wrong(name, "expected printable ASCII, the rest percent-encoded as UTF-8");
            } else {
                draft.set(name, isUri(name) ? uri(value, decoded) : decoded);
            }
        }
    }

    private static boolean isUri(String name) {
        return name.equals("source") || name.equals("dataschema");
    }

    /**
     * A URI has percent signs of its own, and many publishers send them without encoding them once more: where only the
     * header as it came is a URI reference, it is the attribute.
     */
    private static String uri(String header, String decoded) {
        return !UriReference.isValid(decoded) && UriReference.isValid(header) ? header : decoded;
    }

    /** HTTP binding, section 3.1.3.2; null where it is malformed. */
    static @Nullable String decode(String value) {
        var text = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"") ? unquote(value) : value;
        var plain = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return null;
            }
            plain &= c != '%';
        }
        return plain ? text : PercentEncoding.decode(text);
    }

    private static String unquote(String value) {
        return value.substring(1, value.length() - 1).replaceAll("\\\\(.)", "$1");
    }
}
