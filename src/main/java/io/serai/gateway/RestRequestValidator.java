// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.RestClientRequestValidator;
import org.apache.camel.support.ExchangeHelper;
import org.apache.camel.support.MessageHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * Checks requests of routes that say {@code clientRequestValidation}, in place of Camel's own: what does not fit is refused
 * with a problem that names it.
 *
 * <p>Camel's own answers text, and takes a range like {@code application/*} for a media type.
 */
final class RestRequestValidator implements RestClientRequestValidator {

    /** The texts that Camel's binding answers where a body is not of the route's type; there it keeps no exception. */
    private static final List<String> BINDING_REFUSALS = List.of("Invalid JSon payload.", "Invalid XML payload.");

    private final ObjectMapper json;

    RestRequestValidator(ObjectMapper json) {
        this.json = json;
    }

    /**
     * Leaves the refusal as the exchange's exception. It throws nothing: Camel would then count the exchange as in flight
     * for ever, and the route could never be replaced (CamelInternalProcessor.handleException of Camel 4.17 runs no
     * "after" of the advices before this one).
     */
    @Override
    @SuppressWarnings("NullAway") // the return type is not ours, and null is how it says "valid"
    public ValidationError validate(Exchange exchange, ValidationContext expected) {
        try {
            check(exchange, expected);
            return null;
        } catch (RuntimeException refusal) {
            exchange.setException(refusal);
            return new ValidationError(400, "");
        }
    }

    private void check(Exchange exchange, ValidationContext expected) {
        var message = exchange.getMessage();
        var contentType = ExchangeHelper.getContentType(exchange);
        if (contentType != null && !fits(expected.consumes(), contentType)) {
            throw new Refused(Problem.of(
                            415,
                            "unsupported-media-type",
                            "reading body: its content type is not taken here, see the Accept header")
                    .withHeader("Accept", expected.consumes()));
        }
        var accept = joined(message.getHeader("Accept"));
        if (!accept.isBlank() && !fits(expected.produces(), accept)) {
            throw new Refused(Problem.of(406, "choosing representation: the resource has none of the accepted types"));
        }
        var wrong = Stream.of(
                        missing(message, expected.requiredQueryParameters(), "the query parameter"),
                        missing(message, expected.requiredHeaders(), "the header"),
                        notAllowed(message, expected))
                .flatMap(found -> found)
                .toList();
        if (!wrong.isEmpty()) {
            throw bad("reading request: " + wrong.size() + " parameter(s) or header(s) missing or not allowed", wrong);
        }
        checkBody(exchange, expected, contentType);
    }

    /** The problem that a binding's refusal stands for, or null where the answer is none. */
    static @Nullable Refused bindingRefusal(Exchange exchange) {
        var message = exchange.getMessage();
        if (!exchange.isRouteStop() || !Integer.valueOf(400).equals(message.getHeader(Exchange.HTTP_RESPONSE_CODE))) {
            return null;
        }
        // as it is, or as the JSON that the binding has made of it
        var text = message.getBody(String.class);
        MessageHelper.resetStreamCache(message);
        return text != null && BINDING_REFUSALS.contains(text.replace("\"", ""))
                ? bad("reading body: a value is not of the type that the route takes", List.of())
                : null;
    }

    private void checkBody(Exchange exchange, ValidationContext expected, @Nullable String contentType) {
        var message = exchange.getIn();
        var isJson = contentType != null && TextBytes.isJson(TextBytes.mediaType(contentType));
        if (message.getBody() == null || (!isJson && !expected.requiredBody())) {
            if (expected.requiredBody()) {
                throw missingBody();
            }
            return;
        }
        var text = MessageHelper.extractBodyAsString(message);
        if (text == null || text.isBlank()) {
            if (expected.requiredBody()) {
                throw missingBody();
            }
            return;
        }
        message.setBody(text);
        if (isJson) {
            try {
                json.readTree(text);
            } catch (JsonProcessingException malformed) {
                throw new RuntimeCamelException(malformed);
            }
        }
    }

    private static Stream<Invalid.Field> missing(Message message, @Nullable Collection<String> names, String kind) {
        return names == null
                ? Stream.empty()
                : names.stream()
                        .filter(name -> message.getHeader(name) == null
                                && !RouteHeaders.isCredentialOfCaller(message.getExchange(), name))
                        .sorted()
                        .map(name -> new Invalid.Field(name, kind + " is missing"));
    }

    private static Stream<Invalid.Field> notAllowed(Message message, ValidationContext expected) {
        var allowed = expected.queryAllowedValues();
        return allowed == null
                ? Stream.empty()
                : allowed.entrySet().stream()
                        .filter(each -> {
                            var value = message.getHeader(each.getKey());
                            var values = value instanceof Collection<?> many
                                    ? many
                                    : value == null ? List.of() : List.of(value);
                            var known = Arrays.asList(each.getValue().split("\\s*,\\s*", -1));
                            return !values.stream().map(String::valueOf).allMatch(known::contains);
                        })
                        .map(each -> new Invalid.Field(each.getKey(), "expected one of " + each.getValue()));
    }

    /** Whether one of the media types is, or could be, one of the others; what is malformed fits nothing. */
    private static boolean fits(@Nullable String ours, String theirs) {
        if (ours == null || ours.isBlank()) {
            return true;
        }
        try {
            var known = MimeTypeUtils.parseMimeTypes(ours);
            return MimeTypeUtils.parseMimeTypes(theirs).stream()
                    .filter(each -> !isRefused(each))
                    .anyMatch(each -> known.stream().anyMatch(each::isCompatibleWith));
        } catch (InvalidMimeTypeException malformed) {
            return false;
        }
    }

    /** {@code q=0} is "not acceptable" (RFC 9110, 12.4.2). */
    private static boolean isRefused(MimeType type) {
        var weight = type.getParameter("q");
        return weight != null && weight.matches("0(\\.0{0,3})?");
    }

    private static String joined(@Nullable Object header) {
        return header instanceof Collection<?> many
                ? String.join(", ", many.stream().map(String::valueOf).toList())
                : header == null ? "" : header.toString();
    }

    private static Refused missingBody() {
        return bad("reading request: the body is missing", List.of());
    }

    private static Refused bad(String detail, List<Invalid.Field> wrong) {
        return new Refused(Problem.of(400, "bad-request", detail).withErrors(wrong));
    }
}
