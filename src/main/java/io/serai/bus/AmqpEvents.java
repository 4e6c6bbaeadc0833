// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Maps events to AMQP 0-9-1 messages and back: each attribute a header {@code cloudEvents_NAME}, {@code datacontenttype}
 * the content type, the body untouched.
 *
 * <p>The official binding is for AMQP 1.0 only; with these names an AMQP 1.0 reader of the same queue sees its
 * application properties.
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

    private static final int PERSISTENT = 2;

    private AmqpEvents() {}

    static BasicProperties properties(Event event) {
        return properties(event, 0, null);
    }

    /**
     * @param window in which it is published, for the {@link Tally}; 0 for none
     * @param routeVersion of the route that publishes it, or null
     */
    static BasicProperties properties(Event event, long window, @Nullable String routeVersion) {
        var headers = new HashMap<String, Object>(16);
        headers.put("cloudEvents_specversion", Event.SPEC_VERSION);
        headers.put("cloudEvents_id", event.id());
        headers.put("cloudEvents_source", event.source());
        headers.put("cloudEvents_type", event.type().name());
        headers.put("cloudEvents_time", event.time().toString());
        if (event.subject() != null) {
            headers.put("cloudEvents_subject", event.subject());
        }
        if (event.dataSchema() != null) {
            headers.put("cloudEvents_dataschema", event.dataSchema());
        }
        event.extensions().forEach((name, value) -> headers.put(PREFIX + name, value));
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
                .headers(headers)
                .build();
    }

    /**
     * Reads an event that any AMQP publisher may have sent.
     *
     * @throws Invalid where an attribute is missing or out of bounds
     */
    static Event event(BasicProperties properties, byte[] body) {
        Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
        var extensions = new HashMap<String, String>();
        // the hub's own names stand before those of the binding for AMQP 1.0
        read(headers, BINDING_PREFIX, extensions);
        read(headers, PREFIX, extensions);
        var version = required(extensions, "specversion");
        if (!version.equals(Event.SPEC_VERSION)) {
            throw new Invalid("reading AMQP message: cloudEvents_specversion is not " + Event.SPEC_VERSION);
        }
        return new Event(
                required(extensions, "id"),
                required(extensions, "source"),
                new EventType(required(extensions, "type")),
                extensions.remove("subject"),
                time(extensions.remove("time")),
                properties.getContentType(),
                extensions.remove("dataschema"),
                extensions,
                body);
    }

    private static void read(Map<String, Object> headers, String prefix, Map<String, String> attributes) {
        headers.forEach((name, value) -> {
            if (name.startsWith(prefix) && value != null) {
                var text = text(value);
                if (text == null) {
                    throw new Invalid("reading AMQP message: header " + name + " is a table or a list");
                }
                attributes.put(name.substring(prefix.length()), text);
            }
        });
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

    private static String required(Map<String, String> attributes, String name) {
        var value = attributes.remove(name);
        if (value == null) {
            throw new Invalid("reading AMQP message: header " + PREFIX + name + " is missing, so it is no CloudEvent");
        }
        return value;
    }

    private static Instant time(@Nullable String text) {
        try {
            return text == null ? Instant.EPOCH : Times.parse(text);
        } catch (DateTimeException malformed) {
            throw new Invalid("reading AMQP message: header cloudEvents_time is no RFC 3339 time", malformed);
        }
    }
}
