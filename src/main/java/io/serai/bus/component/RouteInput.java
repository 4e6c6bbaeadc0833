// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Invalid;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.jspecify.annotations.Nullable;

/**
 * What a route began with, as it came from its consumer, and as a message of AMQP.
 *
 * <p>Text stays text and bytes bytes; a file or stream becomes its bytes, {@code null} none, anything else JSON, which
 * comes back as maps and lists. Headers are those of plain types, each as {@code serai-input-NAME}; a header that holds a
 * secret of a caller is left out. {@code type} of the message says which: {@code serai.input.text}, {@code .bytes},
 * {@code .json} or {@code .none}.
 */
final class RouteInput {

    /** A route's input as it is parked. */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Parked(
            BasicProperties properties,
            byte[] body,
            @Nullable String identity) {}

    private static final String PROPERTY = "SeraiRouteInput";
    static final String HEADER = "serai-input-";
    private static final String TYPE = "serai.input.";
    private static final int MAX_NAME = 255;
    private static final Set<String> SECRET =
            Set.of("authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key");

    private final @Nullable Object body;
    private final Map<String, Object> headers;

    private RouteInput(@Nullable Object body, Map<String, Object> headers) {
        this.body = body;
        this.headers = headers;
    }

    /** Notes what a route begins with. A stream can be read once only, so it is cached. */
    static void note(Exchange exchange) {
        var message = exchange.getIn();
        if (message.getBody() instanceof InputStream && !(message.getBody() instanceof StreamCache)) {
            var cached = exchange.getContext().getStreamCachingStrategy().cache(exchange);
            if (cached != null) {
                message.setBody(cached);
            }
        }
        var body = message.getBody();
        exchange.setProperty(
                PROPERTY,
                new RouteInput(
                        // a step may change the row it is given
                        body instanceof Map<?, ?> row ? new LinkedHashMap<>(row) : body,
                        new HashMap<>(message.getHeaders())));
    }

    static @Nullable RouteInput of(Exchange exchange) {
        return exchange.getProperty(PROPERTY, RouteInput.class);
    }

    /** Whether its body is JSON, to be given to the route as maps and lists. */
    static boolean isJson(BasicProperties properties) {
        return (TYPE + "json").equals(properties.getType());
    }

    /** Whether a message was made by {@link #parked}. */
    static boolean is(BasicProperties properties) {
        return properties.getType() != null && properties.getType().startsWith(TYPE);
    }

    /**
     * As it is parked.
     *
     * @param most bytes of the body
     * @throws Invalid where the body is larger, or cannot be written
     */
    Parked parked(Exchange exchange, long most) {
        var type = typeOf(body);
        var bytes = bytes(exchange, type, most);
        var parkedHeaders = new HashMap<String, Object>();
        headers.forEach((name, value) -> {
            if (isPlain(value) && !SECRET.contains(name.toLowerCase(Locale.ROOT)) && fits(name)) {
                parkedHeaders.put(HEADER + name, value);
            }
        });
        if (headers.get(Exchange.FILE_NAME) instanceof String file) {
            // what people look for it by
            parkedHeaders.put("cloudEvents_subject", file);
        }
        var properties = new BasicProperties.Builder()
                .type(TYPE + type)
                .contentType(contentType(type))
                .headers(parkedHeaders)
                .build();
        return new Parked(properties, bytes, identity(bytes));
    }

    /**
     * Puts what was parked into a message again; nothing but what {@link #parked} wrote becomes a header.
     *
     * @throws Invalid where the body is not what its type says
     */
    static void restore(BasicProperties properties, byte[] body, Exchange exchange) {
        var message = exchange.getIn();
        properties.getHeaders().forEach((name, value) -> {
            if (name.startsWith(HEADER)) {
                message.setHeader(name.substring(HEADER.length()), value);
            }
        });
        message.setBody(
                switch (properties.getType().substring(TYPE.length())) {
                    case "none" -> null;
                    case "text" -> new String(body, StandardCharsets.UTF_8);
                    case "json" -> read(exchange.getContext(), body);
                    default -> body;
                });
    }

    private static String typeOf(@Nullable Object body) {
        if (body == null) {
            return "none";
        } else if (body instanceof CharSequence) {
            return "text";
        }
        return body instanceof byte[]
                        || body instanceof InputStream
                        || body instanceof StreamCache
                        || body instanceof WrappedFile
                ? "bytes"
                : "json";
    }

    private static @Nullable String contentType(String type) {
        return switch (type) {
            case "none" -> null;
            case "text" -> "text/plain;charset=utf-8";
            case "json" -> "application/json";
            default -> "application/octet-stream";
        };
    }

    private byte[] bytes(Exchange exchange, String type, long most) {
        try {
            var bytes = body == null
                    ? new byte[0]
                    : switch (type) {
                        case "text" -> body.toString().getBytes(StandardCharsets.UTF_8);
                        case "json" -> json(exchange.getContext()).writeValueAsBytes(body);
                        default -> read(exchange, body, most);
                    };
            if (bytes.length > most) {
                throw new Invalid("parking the input of route " + exchange.getFromRouteId()
                        + ": it is over serai.bus.max-message-size (" + most + " bytes) and stays where it is");
            }
            return bytes;
        } catch (IOException | NoTypeConversionAvailableException unreadable) {
            throw new Invalid(
                    "parking the input of route " + exchange.getFromRouteId() + ": a body of "
                            + (body == null ? "nothing" : body.getClass().getName()) + " cannot be kept",
                    unreadable);
        }
    }

    /** One byte more than there may be says that it is too large, without reading the rest. */
    private static byte[] read(Exchange exchange, Object body, long most)
            throws IOException, NoTypeConversionAvailableException {
        if (body instanceof StreamCache cache) {
            cache.reset();
        }
        try (var stream =
                exchange.getContext().getTypeConverter().mandatoryConvertTo(InputStream.class, exchange, body)) {
            return stream.readNBytes(Math.toIntExact(Math.min(most + 1, Integer.MAX_VALUE - 8)));
        }
    }

    /** Of a file: the same name, time and content is the same file. Of nothing else is known that it is not another. */
    private @Nullable String identity(byte[] bytes) {
        return body instanceof WrappedFile<?>
                ? headers.get(Exchange.FILE_PATH) + "\n" + headers.get(Exchange.FILE_LAST_MODIFIED) + "\n"
                        + UUID.nameUUIDFromBytes(bytes)
                : null;
    }

    private static boolean isPlain(@Nullable Object value) {
        return value instanceof String
                || value instanceof Boolean
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Double
                || value instanceof byte[];
    }

    private static boolean fits(String name) {
        return !name.startsWith("serai-") && (HEADER + name).getBytes(StandardCharsets.UTF_8).length <= MAX_NAME;
    }

    private static Object read(CamelContext context, byte[] body) {
        try {
            return json(context).readValue(body, Object.class);
        } catch (IOException malformed) {
            throw new Invalid("reading a route's input that was parked: its body is no JSON", malformed);
        }
    }

    private static ObjectMapper json(CamelContext context) throws JsonProcessingException {
        var shared = context.getRegistry().findSingleByType(ObjectMapper.class);
        return shared == null ? new ObjectMapper() : shared;
    }
}
