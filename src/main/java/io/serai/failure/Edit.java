// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.component.RouteRuns;
import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Times;
import io.serai.message.Utf8;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a person changes of a failed message before it is replayed. What is not named stays; null takes a name away.
 *
 * <pre>{@code
 * {"body": "{\"orderId\":\"700002\",\"lines\":[…]}", "attributes": {"subject": "700002", "dataschema": null},
 *  "headers": {"tenant": "b", "debug": null}}
 * }</pre>
 *
 * @param body the whole body, as text
 * @param bodyBase64 the whole body, as Base64; in place of {@code body}
 * @param attributes CloudEvents attributes and extensions, where the message is an event; {@code datacontenttype} of any
 * @param headers AMQP headers: text, numbers and truth values; of a route's input only those the route is given, each under
 *     {@link RouteRuns#INPUT_HEADER} and its name
 */
record Edit(
        @Nullable String body,
        @Nullable String bodyBase64,
        @Nullable Map<String, @Nullable Object> attributes,
        @Nullable Map<String, @Nullable Object> headers) {

    /**
     * What has become other.
     *
     * @param name {@code body}, {@code attributes.NAME} or {@code headers.NAME}
     * @param from null where it was not there; of a body the number of bytes
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Change(
            String name, @Nullable String from, @Nullable String to) {}

    /** The message anew, and how it differs. */
    record Edited(FailedMessage message, List<Change> changes) {}

    /** Extension of an edited event, header of any other edited message: the id of the message it was made of. */
    static final String EDITED_FROM = "editedfrom";

    private static final String ATTRIBUTE = "cloudEvents_";
    /** They say which message it is and what it came of: the hub's to set. */
    private static final Set<String> FIXED =
            Set.of("id", "source", "specversion", "correlationid", "causationid", EDITED_FROM);

    private static final String EXPECTED_OF_INPUT = "expected a header of the route's input, " + RouteRuns.INPUT_HEADER
            + "NAME, a new one without the prefix Camel";
    private static final String LONE_SURROGATE = "expected no lone surrogates";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_NAMES = 100;
    private static final int MAX_HEADERS = 64 * 1024;
    private static final int SHOWN = 1000;

    /**
     * Makes the edited message: new id, the old one in {@link #EDITED_FROM}; source, correlationid and causationid are kept.
     *
     * @param id of the edited message
     * @param maxBytes largest body
     * @throws Invalid naming what cannot be changed so, or where nothing is changed
     */
    Edited of(FailedMessage old, String id, long maxBytes) {
        var wrong = new ArrayList<Invalid.Field>();
        var changes = new ArrayList<Change>();
        Map<String, Object> before = old.headers();
        var after = new HashMap<String, @Nullable Object>(before);
        var properties = old.properties().builder();
        var isEvent = before.get(ATTRIBUTE + "id") != null;
        given(attributes, "attributes", wrong).forEach((name, value) -> {
            if (name.equals("datacontenttype")) {
                if (value != null && !(value instanceof String type && Event.isMediaType(type))) {
                    wrong.add(field("attributes." + name, Event.EXPECTED_MEDIA_TYPE));
                } else {
                    properties.contentType((String) value);
                    change(changes, "attributes." + name, old.properties().getContentType(), value);
                }
            } else if (!isEvent || FIXED.contains(name)) {
                wrong.add(field("attributes." + name, isEvent ? "cannot be changed" : "the message is no event"));
            } else if (value == null
                    || value instanceof String
                    || value instanceof Boolean
                    || value instanceof Integer) {
                put(after, ATTRIBUTE + name, value instanceof Integer number ? (Object) number.longValue() : value);
                change(changes, "attributes." + name, before.get(ATTRIBUTE + name), value);
                if (name.equals(Event.CONTENT_ENCODING)) {
                    properties.contentEncoding(value == null ? null : value.toString());
                }
            } else {
                wrong.add(field("attributes." + name, "expected text, a truth value, an integer of 32 bits or null"));
            }
        });
        given(headers, "headers", wrong).forEach((name, value) -> {
            if (!Utf8.fits(name) || name.chars().anyMatch(Character::isISOControl)) {
                wrong.add(field("headers", "expected names without control characters and lone surrogates"));
            } else if (RouteRuns.isInput(old.properties()) && !isOfInput(name, before)) {
                wrong.add(field("headers." + name, EXPECTED_OF_INPUT));
            } else if (!RouteRuns.isInput(old.properties()) && !isOfMessage(name)) {
                wrong.add(field("headers." + name, "cannot be changed; attributes of an event are under attributes"));
            } else if (value instanceof String text && !Utf8.fits(text)) {
                wrong.add(field("headers." + name, LONE_SURROGATE));
            } else if (value == null || value instanceof String || value instanceof Boolean || isWhole(value)) {
                put(after, name, value);
                change(changes, "headers." + name, before.get(name), value);
            } else {
                wrong.add(field("headers." + name, "expected text, a whole number, a truth value or null"));
            }
        });
        var newBody = body(old.body(), maxBytes, wrong);
        if (!Arrays.equals(newBody, old.body())) {
            changes.add(new Change("body", old.body().length + " bytes", newBody.length + " bytes"));
        }
        if (RouteRuns.isJsonInput(old.properties()) && !isJson(newBody)) {
            wrong.add(field("body", "expected JSON, which the route is given as maps and lists"));
        }
        if (wrong.isEmpty() && changes.isEmpty()) {
            wrong.add(field(
                    "", "expected a change of body, attributes or headers; a replay without edit changes nothing"));
        }
        link(old, id, isEvent, after);
        var edited = new FailedMessage(properties.headers(after).messageId(id).build(), newBody);
        if (wrong.isEmpty() && isEvent) {
            check(edited, wrong);
        }
        if (wrong.isEmpty() && size(after) > Math.max(MAX_HEADERS, size(before))) {
            wrong.add(field("headers", "expected at most 64 KiB in all"));
        }
        if (!wrong.isEmpty()) {
            throw new Invalid("editing message: " + wrong.size() + " member(s) invalid", wrong, null);
        }
        return new Edited(edited, changes);
    }

    private static boolean isJson(byte[] body) {
        try {
            return !JSON.readTree(body).isMissingNode();
        } catch (IOException malformed) {
            return false;
        }
    }

    private static boolean isOfMessage(String name) {
        return !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= 255
                && !name.startsWith(ATTRIBUTE)
                && !name.startsWith("serai-")
                && !name.equals(EDITED_FROM);
    }

    /** Whether the route is given it, and its consumer has set it where it is one by which Camel goes. */
    private static boolean isOfInput(String name, Map<String, Object> before) {
        var prefix = RouteRuns.INPUT_HEADER;
        return name.startsWith(prefix)
                && name.length() > prefix.length()
                && name.getBytes(StandardCharsets.UTF_8).length <= 255
                && (before.containsKey(name) || !isOfCamel(name.substring(prefix.length())));
    }

    private static boolean isOfCamel(String header) {
        var name = header.toLowerCase(Locale.ROOT);
        return name.startsWith("camel") || name.startsWith("org.apache.camel");
    }

    private static void link(FailedMessage old, String id, boolean isEvent, Map<String, @Nullable Object> headers) {
        if (isEvent) {
            var oldId = Objects.requireNonNull(old.attribute("id"));
            headers.put(ATTRIBUTE + "id", id);
            headers.put(ATTRIBUTE + EDITED_FROM, oldId);
            // what followed from the old one goes by its id, and so must what follows from this
            headers.putIfAbsent(ATTRIBUTE + Event.CORRELATION_ID, oldId);
        } else {
            headers.put(EDITED_FROM, Objects.requireNonNullElse(old.properties().getMessageId(), ""));
        }
    }

    private byte[] body(byte[] old, long maxBytes, List<Invalid.Field> wrong) {
        var edited = old;
        if (body != null && bodyBase64 != null) {
            wrong.add(field("bodyBase64", "expected either body or bodyBase64"));
        } else if (body != null && !Utf8.fits(body)) {
            wrong.add(field("body", LONE_SURROGATE));
        } else if (body != null) {
            edited = body.getBytes(StandardCharsets.UTF_8);
        } else if (bodyBase64 != null) {
            try {
                edited = Base64.getDecoder().decode(bodyBase64);
            } catch (IllegalArgumentException malformed) {
                wrong.add(field("bodyBase64", "expected Base64 (RFC 4648, section 4)"));
            }
        }
        if (edited.length > Math.max(maxBytes, old.length)) {
            wrong.add(field("body", "expected at most " + maxBytes + " bytes"));
        }
        return edited;
    }

    /** An event that the subscriber would refuse to read must not be sent to it. */
    private static void check(FailedMessage message, List<Invalid.Field> wrong) {
        var extensions = new HashMap<String, Object>();
        message.properties().getHeaders().forEach((name, value) -> {
            if (name.startsWith(ATTRIBUTE) && value != null) {
                extensions.put(name.substring(ATTRIBUTE.length()), value instanceof Boolean ? value : value.toString());
            }
        });
        extensions.remove("specversion");
        try {
            var time = optional(extensions, "time");
            new Event(
                    required(extensions, "id"),
                    required(extensions, "source"),
                    new EventType(required(extensions, "type")),
                    optional(extensions, "subject"),
                    time == null ? null : Times.parse(time),
                    message.properties().getContentType(),
                    optional(extensions, "dataschema"),
                    extensions,
                    message.body());
        } catch (DateTimeException malformed) {
            wrong.add(field("attributes.time", "expected a time like 2026-11-21T10:00:00Z (RFC 3339)"));
        } catch (Invalid invalid) {
            invalid.fields().forEach(each -> wrong.add(field("attributes." + each.name(), each.detail())));
            if (invalid.fields().isEmpty()) {
                wrong.add(field("attributes", String.valueOf(invalid.getMessage())));
            }
        }
    }

    private static @Nullable String optional(Map<String, Object> attributes, String name) {
        var value = attributes.remove(name);
        return value == null ? null : value.toString();
    }

    private static String required(Map<String, Object> attributes, String name) {
        var value = optional(attributes, name);
        if (value == null) {
            throw new Invalid("the event has no " + name);
        }
        return value;
    }

    private static <V extends @Nullable Object> Map<String, V> given(
            @Nullable Map<String, V> names, String member, List<Invalid.Field> wrong) {
        if (names != null && names.size() > MAX_NAMES) {
            wrong.add(field(member, "expected at most " + MAX_NAMES + " names"));
            return Map.of();
        }
        return names == null ? Map.of() : names;
    }

    private static boolean isWhole(Object value) {
        return value instanceof Integer || value instanceof Long;
    }

    private static void put(Map<String, @Nullable Object> headers, String name, @Nullable Object value) {
        if (value == null) {
            headers.remove(name);
        } else {
            headers.put(name, value);
        }
    }

    private static void change(List<Change> changes, String name, @Nullable Object from, @Nullable Object to) {
        if (!Objects.equals(from == null ? null : from.toString(), to == null ? null : to.toString())) {
            changes.add(new Change(name, shown(from), shown(to)));
        }
    }

    private static @Nullable String shown(@Nullable Object value) {
        var text = value == null ? null : value.toString();
        return text == null || text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
    }

    private static int size(Map<String, ? extends @Nullable Object> headers) {
        return new PropertiesJson()
                .write(new BasicProperties.Builder()
                        .headers(new HashMap<String, Object>(headers))
                        .build())
                .length();
    }

    private static Invalid.Field field(String name, String detail) {
        return new Invalid.Field(name.isEmpty() ? "edit" : "edit." + name, detail);
    }
}
