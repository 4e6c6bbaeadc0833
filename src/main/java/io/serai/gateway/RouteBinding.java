// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.bus.component.RouteBody;
import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.CredentialNames;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import jakarta.activation.DataHandler;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.TypeConversionException;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpBinding;
import org.apache.camel.http.base.HttpHelper;
import org.apache.camel.http.common.HttpConstants;
import org.apache.camel.support.MessageHelper;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests for routes, and writes what a route ends with: bytes and streams as they are, text in the charset of its
 * content type, anything else as JSON.
 *
 * <p>Camel's own answers a number with the bytes of its value. A body that cannot be written is a fault of the route (500).
 */
final class RouteBinding extends SpringBootPlatformHttpBinding {

    private final RouteBody bodies;

    RouteBinding(CamelContext camel) {
        this.bodies = new RouteBody(camel);
    }

    @Override
    public void doWriteResponse(Message message, HttpServletResponse response, Exchange exchange) throws IOException {
        try {
            var type = MessageHelper.getContentType(message);
            if (!HttpConstants.CONTENT_TYPE_JAVA_SERIALIZED_OBJECT.equals(type)) {
                toBytes(message, type);
            }
            super.doWriteResponse(message, response, exchange);
        } catch (Invalid | TypeConversionException unwritable) {
            var fault = new IllegalStateException("answering request: " + unwritable.getMessage());
            // no cause: that would be taken for a fault of the request
            fault.addSuppressed(unwritable);
            throw fault;
        }
    }

    /** What {@code http:} endpoints would send on as their query is without the caller's credentials. */
    @Override
    public void readRequest(HttpServletRequest request, Message message) {
        super.readRequest(request, message);
        for (var name : List.of(Exchange.HTTP_QUERY, Exchange.HTTP_RAW_QUERY)) {
            var query = message.getHeader(name, String.class);
            if (query != null) {
                var kept = Arrays.stream(query.split("&", -1))
                        .filter(parameter -> !isCredential(parameter))
                        .collect(Collectors.joining("&"));
                message.setHeader(name, kept.isEmpty() ? null : kept);
            }
        }
    }

    private static boolean isCredential(String parameter) {
        var name = parameter.split("=", 2)[0].replace('+', ' ');
        var decoded = PercentEncoding.decode(name);
        return CredentialNames.isCredential(decoded == null ? name : decoded);
    }

    /** A path variable is its segment decoded (RFC 3986, 2.4); Camel's own leaves it as it stands in the URL. */
    @Override
    protected void populateRequestParameters(HttpServletRequest request, Message message) {
        super.populateRequestParameters(request, message);
        var endpoint = (PlatformHttpEndpoint) message.getExchange().getFromEndpoint();
        HttpHelper.evalPlaceholders(
                (name, value) -> message.setHeader(name, decode((String) value)),
                request.getRequestURI(),
                endpoint.getPath().startsWith("/") ? endpoint.getPath() : "/" + endpoint.getPath());
    }

    private static String decode(String segment) {
        var decoded = PercentEncoding.decode(segment);
        if (decoded == null) {
            throw new Refused(Problem.of(
                    400, "reading path: a percent sign is not followed by two hexadecimal digits, or it is not UTF-8"));
        }
        return decoded;
    }

    private void toBytes(Message message, @Nullable String type) {
        var body = message.getBody();
        var text = RouteBody.text(body);
        if (text != null) {
            message.setBody(encode(message, text, type));
        } else if (body != null && !RouteBody.isBytes(body) && !(body instanceof DataHandler)) {
            message.setBody(bodies.json(body));
            // a number and a boolean are the same as text
            var scalar = body instanceof Number || body instanceof Boolean;
            if (type == null || (!scalar && !TextBytes.isJson(TextBytes.mediaType(type)))) {
                message.setHeader(Exchange.CONTENT_TYPE, RouteBody.JSON);
            }
        }
    }

    /** In UTF-8, and called so, where the charset that is named has not all of the characters. */
    private static byte[] encode(Message message, CharSequence text, @Nullable String type) {
        try {
            return TextBytes.encode(text, type);
        } catch (Invalid otherwise) {
            message.setHeader(Exchange.CONTENT_TYPE, TextBytes.mediaType(type) + ";charset=utf-8");
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
    }
}
