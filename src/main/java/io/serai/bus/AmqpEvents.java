// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.format.EventJson;
import io.serai.bus.format.MalformedJson;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import io.serai.message.Times;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maps events to AMQP 0-9-1 messages and back: each attribute a header {@code cloudEvents_NAME} of its own type,
 * {@code datacontenttype} the content type, {@code contentencoding} the content encoding as well, the body untouched.
 *
 * <p>The official binding is for AMQP 1.0 only; with these names an AMQP 1.0 reader of the same queue sees its
 * application properties. Messages come in its structured mode too, as JSON of the type
 * {@code application/cloudevents+json}; AMQP has no batches of them.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/amqp-protocol-binding.md">CloudEvents
 *     AMQP binding</a>
 */
final class AmqpEvents {

    static final String PREFIX = "cloudEvents_";

    /** What the official binding has besides; publishers of AMQP 1.0 use either. */
    private static final String BINDING_PREFIX = "cloudEvents:";

    /** The version of the route that has published it. */
    static final String ROUTE_VERSION = "serai-route-version";

    private static final String FORMATS = "application/cloudevents";
    private static final String JSON_FORMAT = FORMATS + "+json";
    private static final String BATCHES = FORMATS + "-batch";
    private static final int MAX_DEPTH = 1000;
    private static final EventJson JSON = new EventJson(MAX_DEPTH);
    private static final int PERSISTENT = 2;

    /**
     * A message as the hub would have sent it.
     *
     * @param properties with each attribute as a header, whichever way it came
     */
    record Message(Event event, BasicProperties properties) {}

    private AmqpEvents() {}

    static BasicProperties properties(Event event) {
        return properties(event, 0, null);
    }

    /**
     * @param window in which it is published, for the {@link Tally}; 0 for none
     * @param routeVersion of the route that publishes it, or null
     */
    static BasicProperties properties(Event event, long window, @Nullable String routeVersion) {
        var headers = headers(event);
        if (window > 0) {
            headers.put(Tally.HEADER, window);
        }
        if (routeVersion != null) {
            headers.put(ROUTE_VERSION, routeVersion);
        }
        return new BasicProperties.Builder()
                .deliveryMode(PERSISTENT)
                .messageId(event.id())
                .contentType(event.dataContentType())
                .contentEncoding(event.extension(Event.CONTENT_ENCODING))
                .headers(headers)
                .build();
    }

    private static Map<String, Object> headers(Event event) {
        var headers = new HashMap<String, Object>(16);
        headers.put("cloudEvents_specversion", Event.SPEC_VERSION);
        headers.put("cloudEvents_id", event.id());
        headers.put("cloudEvents_source", event.source());
        headers.put("cloudEvents_type", event.type().name());
        if (event.time() != null) {
            headers.put("cloudEvents_time", event.time().toString());
        }
        if (event.subject() != null) {
            headers.put("cloudEvents_subject", event.subject());
        }
        if (event.dataSchema() != null) {
            headers.put("cloudEvents_dataschema", event.dataSchema());
        }
        // the binding's type for an integer is the one of 64 bits
        event.extensions()
                .forEach((name, value) ->
                        headers.put(PREFIX + name, value instanceof Integer number ? number.longValue() : value));
        return headers;
    }

    /**
     * Reads an event that any AMQP publisher may have sent, in binary or structured mode.
     *
     * @throws Invalid where it is no event, or an attribute is missing or out of bounds
     */
    static Message read(BasicProperties came, byte[] body) {
        Map<String, Object> headers = came.getHeaders() == null ? Map.of() : came.getHeaders();
        var structured = structured(came, headers, body);
        if (structured != null) {
            return new Message(structured, asOurs(came, structured));
        }
        var event = event(came, body);
        var isOurs = headers.keySet().stream().noneMatch(name -> name.startsWith(BINDING_PREFIX));
        return new Message(event, isOurs ? came : asOurs(came, event));
    }

    /** Reads an event in binary mode; as {@link #read}. */
    static Event event(BasicProperties properties, byte[] body) {
        Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
        var extensions = new HashMap<String, Object>();
        // the hub's own names stand before those of the binding for AMQP 1.0
        read(headers, BINDING_PREFIX, extensions);
        read(headers, PREFIX, extensions);
        var encoding = properties.getContentEncoding();
        if (encoding != null && !encoding.isEmpty()) {
            extensions.put(Event.CONTENT_ENCODING, encoding);
        }
        var version = required(extensions, "specversion");
        if (!version.equals(Event.SPEC_VERSION)) {
            throw new Invalid("reading AMQP message: cloudEvents_specversion is not " + Event.SPEC_VERSION);
        }
        return new Event(
                required(extensions, "id"),
                required(extensions, "source"),
                new EventType(required(extensions, "type")),
                optional(extensions, "subject"),
                time(optional(extensions, "time")),
                properties.getContentType(),
                optional(extensions, "dataschema"),
                extensions,
                body);
    }

    /**
     * The event that is the body; null in binary mode.
     *
     * <p>An event may carry another as its data, so the content type does not decide where headers name an event: then only
     * a body that names the same one is in structured mode.
     */
    private static @Nullable Event structured(BasicProperties came, Map<String, Object> headers, byte[] body) {
        var type = TextBytes.mediaType(came.getContentType());
        if (!type.startsWith(FORMATS)) {
            return null;
        }
        var id = attribute(headers, "id");
        if (id == null) {
            return event(type, came, body);
        }
        try {
            var event = event(type, came, body);
            return event.id().equals(id) && event.source().equals(attribute(headers, "source")) ? event : null;
        } catch (Invalid other) {
            return null;
        }
    }

    private static Event event(String type, BasicProperties came, byte[] body) {
        if (type.startsWith(BATCHES)) {
            throw new Invalid(
                    "reading AMQP message: CloudEvents has no batch mode for AMQP, send each event by itself");
        } else if (!type.equals(JSON_FORMAT)) {
            throw new Invalid("reading AMQP message: of the CloudEvents formats only JSON is read, " + JSON_FORMAT);
        } else if (isEncoded(came.getContentEncoding())) {
            throw new Invalid("reading AMQP message: an event in structured mode is not read with a content-encoding");
        }
        try {
            return JSON.one(body, () -> {});
        } catch (MalformedJson malformed) {
            throw new Invalid("reading AMQP message: malformed CloudEvents JSON", malformed);
        } catch (IOException malformed) {
            throw new Invalid("reading AMQP message: malformed CloudEvents JSON", malformed);
        }
    }

    /** Clients also name the charset there. */
    private static boolean isEncoded(@Nullable String encoding) {
        try {
            return encoding != null
                    && !encoding.isEmpty()
                    && !encoding.equalsIgnoreCase("identity")
                    && !StandardCharsets.UTF_8.equals(Charset.forName(encoding));
        } catch (IllegalArgumentException noCharset) {
            return true;
        }
    }

    /** The properties that came, with the attributes where the hub has them. */
    private static BasicProperties asOurs(BasicProperties came, Event event) {
        var headers = new HashMap<String, Object>(came.getHeaders() == null ? Map.of() : came.getHeaders());
        headers.keySet().removeIf(name -> name.startsWith(BINDING_PREFIX) || name.startsWith(PREFIX));
        headers.putAll(headers(event));
        return came.builder()
                .contentType(event.dataContentType())
                .contentEncoding(event.extension(Event.CONTENT_ENCODING))
                .messageId(Objects.requireNonNullElse(came.getMessageId(), event.id()))
                .headers(headers)
                .build();
    }

    private static @Nullable String attribute(Map<String, Object> headers, String name) {
        var value = headers.get(PREFIX + name);
        return text(value == null ? headers.get(BINDING_PREFIX + name) : value);
    }

    private static void read(Map<String, Object> headers, String prefix, Map<String, Object> attributes) {
        headers.forEach((name, value) -> {
            if (name.startsWith(prefix) && value != null) {
                var typed = typed(value);
                if (typed == null) {
                    throw new Invalid("reading AMQP message: header " + name + " is a table or a list");
                }
                attributes.put(name.substring(prefix.length()), typed);
            }
        });
    }

    /** An integer may come in any width, and is one where it has 32 bits. */
    private static @Nullable Object typed(Object value) {
        if (value instanceof Boolean) {
            return value;
        } else if (value instanceof Byte
                || value instanceof Short
                || value instanceof Integer
                || value instanceof Long) {
            var number = ((Number) value).longValue();
            return number == (int) number ? (Object) (int) number : value.toString();
        }
        return text(value);
    }

    /** An attribute as CloudEvents writes its type as text; null for what is none of its types. */
    @SuppressWarnings("JavaUtilDate") // the AMQP client speaks it
    static @Nullable String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        } else if (value instanceof Date time) {
            return time.toInstant().toString();
        }
        return value == null || value instanceof Map || value instanceof List ? null : value.toString();
    }

    private static String required(Map<String, Object> attributes, String name) {
        var value = optional(attributes, name);
        if (value == null) {
            throw new Invalid("reading AMQP message: header " + PREFIX + name + " is missing, so it is no CloudEvent");
        }
        return value;
    }

    private static @Nullable String optional(Map<String, Object> attributes, String name) {
        var value = attributes.remove(name);
        return value == null ? null : value.toString();
    }

    private static @Nullable Instant time(@Nullable String text) {
        try {
            return text == null ? null : Times.parse(text);
        } catch (DateTimeException malformed) {
            throw new Invalid("reading AMQP message: header cloudEvents_time is no RFC 3339 time", malformed);
        }
    }
}
