// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Turns away changes whose content type a web page could send without asking first.
 *
 * <p>Browsers send the types of a form, or none, to any site; for every other type, and for any request with a header
 * such as {@code ce-specversion}, they ask that site before (CORS preflight), and the hub says no. A CloudEvent in
 * binary mode may hence carry any content. A call without a body needs no type: a form always sends one, a script of
 * another site sends its {@code Origin}, which {@link SameOriginRule} refuses; a DELETE asks first by itself.
 */
final class ContentTypeRule implements RequestRule {

    private static final List<MediaType> SENT_BY_FORMS =
            List.of(MediaType.TEXT_PLAIN, MediaType.APPLICATION_FORM_URLENCODED, MediaType.MULTIPART_FORM_DATA);
    // Sent by browsers on their own account, without asking first
    private static final List<MediaType> SENT_BY_BROWSERS = List.of(
            new MediaType("text", "ping"),
            new MediaType("application", "csp-report"),
            new MediaType("application", "reports+json"));
    private static final Problem UNSUPPORTED = Problem.of(
            415,
            "unsupported-media-type",
            "A call that changes something needs the header Content-Type: application/json, a CloudEvents type or another"
                    + " of serai.security.content-types. A CloudEvent in binary mode may have any type; its header"
                    + " ce-specversion tells.");

    private final List<MediaType> accepted;

    /** @throws StartRefused when a type is among those that forms can send */
    ContentTypeRule(List<MediaType> accepted) {
        this.accepted = List.copyOf(accepted);
        if (SENT_BY_FORMS.stream().anyMatch(this::accepts)) {
            throw new StartRefused(
                    "serai.security.content-types has a type that a form of any web page can send.",
                    "Take out text/plain, multipart/form-data, application/x-www-form-urlencoded and wildcards that"
                            + " include them.");
        }
    }

    @Override
    public Optional<Problem> refuse(HttpServletRequest request) {
        var harmless = !RequestRule.changesState(request)
                || request.getHeader("ce-specversion") != null
                || isWithoutBody(request);
        return harmless || accepts(contentType(request)) ? Optional.empty() : Optional.of(UNSUPPORTED);
    }

    private boolean accepts(@Nullable MediaType type) {
        return type != null
                && accepted.stream().anyMatch(each -> each.includes(type))
                && Stream.of(type).noneMatch(each -> SENT_BY_BROWSERS.stream().anyMatch(each::equalsTypeAndSubtype));
    }

    private static boolean isWithoutBody(HttpServletRequest request) {
        return (request.getMethod().equals("DELETE") || request.getContentType() == null)
                && request.getContentLengthLong() <= 0
                && request.getHeader(HttpHeaders.TRANSFER_ENCODING) == null;
    }

    private static @Nullable MediaType contentType(HttpServletRequest request) {
        try {
            var type = request.getContentType();
            return type == null ? null : MediaType.parseMediaType(type);
        } catch (InvalidMediaTypeException e) {
            return null;
        }
    }
}
