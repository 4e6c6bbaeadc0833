// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.bus.format.EventJson;
import io.serai.http.Problem;
import io.serai.http.Refused;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/** Reads media types; Spring keeps those it has parsed. */
final class MediaTypes {

    static final String JSON = "application/json";
    static final String EVENT = "application/cloudevents+json";
    static final String BATCH = "application/cloudevents-batch+json";

    private MediaTypes() {}

    /** @throws Refused (415) where it is not a media type */
    static @Nullable MimeType parse(@Nullable String contentType) {
        if (contentType == null) {
            return null;
        }
        try {
            return MimeTypeUtils.parseMimeType(contentType);
        } catch (InvalidMimeTypeException malformed) {
            throw unsupported("the content type is malformed");
        }
    }

    static boolean isJson(MimeType type) {
        var subtype = type.getSubtype();
        return subtype.equalsIgnoreCase("json") || endsWithJson(subtype);
    }

    /** JSON is UTF-8 here, whatever a parameter says; one that says otherwise is not overheard. */
    static void checkUtf8(MimeType type) {
        if (!EventJson.isUtf8(type.getCharset())) {
            throw unsupported(EventJson.UTF8_ONLY);
        }
    }

    /** As an attribute, which holds no tabs: blanks mean the same (RFC 9110, 5.6.3). */
    static String attribute(String contentType) {
        return contentType.replace('\t', ' ');
    }

    /**
     * A compressed body may be a thousand times as large as it came, and would travel on as it is, while its content type says
     * something else.
     *
     * @throws Refused (415) where the body is encoded
     */
    static void checkNotEncoded(HttpServletRequest request) {
        var encodings = request.getHeaders("Content-Encoding");
        while (encodings.hasMoreElements()) {
            var encoding = encodings.nextElement().trim();
            if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
                throw new Refused(Problem.of(
                                415,
                                "unsupported-media-type",
                                "reading body: a Content-Encoding is not taken, send the body as it is")
                        .withHeader("Accept-Encoding", "identity"));
            }
        }
    }

    static Refused unsupported(String what) {
        return new Refused(Problem.of(415, "unsupported-media-type", "reading event: " + what)
                .withHeader("Accept", JSON + ", " + EVENT + ", " + BATCH));
    }

    private static boolean endsWithJson(String subtype) {
        int start = subtype.length() - 5;
        return start >= 0 && subtype.regionMatches(true, start, "+json", 0, 5);
    }
}
