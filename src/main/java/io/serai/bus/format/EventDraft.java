// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.format;

import io.serai.message.Event;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Times;
import io.serai.message.UriReference;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attributes of one event while they are read; tells all that is wrong with them at once. Not thread-safe. */
public final class EventDraft {

    public static final String SPEC_VERSION = "specversion";
    public static final String DATA_CONTENT_TYPE = "datacontenttype";

    private static final String REQUIRED = "missing";

    private @Nullable String specVersion;
    private @Nullable String id;
    private @Nullable String source;
    private @Nullable String type;
    private @Nullable String subject;
    private @Nullable String time;
    private @Nullable String dataContentType;
    private @Nullable String dataSchema;
    private final Map<String, Object> extensions = new HashMap<>();
    private final List<Invalid.Field> wrong = new ArrayList<>();

    /** Whether the CloudEvents specification defines the attribute; those are never of a type but text. */
    public static boolean isCore(String name) {
        return switch (name) {
            case SPEC_VERSION, "id", "source", "type", "subject", "time", DATA_CONTENT_TYPE, "dataschema" -> true;
            default -> false;
        };
    }

    /** Sets an attribute that is text. */
    public void set(String name, String value) {
        switch (name) {
            case SPEC_VERSION -> specVersion = value;
            case "id" -> id = value;
            case "source" -> source = value;
            case "type" -> type = value;
            case "subject" -> subject = value;
            case "time" -> time = value;
            case DATA_CONTENT_TYPE -> dataContentType = value;
            case "dataschema" -> dataSchema = value;
            default -> extensions.put(name, value);
        }
    }

    /** Sets an extension attribute: text, a boolean or an integer. */
    public void extend(String name, Object value) {
        extensions.put(name, value);
    }

    /** Notes that an attribute is wrong, so that no event is made. */
    public void wrong(String name, String detail) {
        wrong.add(new Invalid.Field(name, detail));
    }

    public @Nullable String dataContentType() {
        return dataContentType;
    }

    /**
     * Makes the event.
     *
     * @throws Invalid naming each attribute that is missing or wrong
     */
    public Event toEvent(byte[] data) {
        if (specVersion == null) {
            wrong(SPEC_VERSION, REQUIRED);
        } else if (!specVersion.equals(Event.SPEC_VERSION)) {
            wrong(SPEC_VERSION, "expected " + Event.SPEC_VERSION);
        }
        var eventType = type();
        var when = time();
        var named = id;
        var from = source;
        if (named == null) {
            wrong("id", REQUIRED);
        }
        if (from == null) {
            wrong("source", REQUIRED);
        } else if (!UriReference.isValid(from)) {
            wrong("source", UriReference.EXPECTED);
        }
        if (dataSchema != null && !UriReference.isValid(dataSchema)) {
            wrong("dataschema", UriReference.EXPECTED);
        }
        if (named == null || from == null || eventType == null || !wrong.isEmpty()) {
            throw invalid(wrong);
        }
        return new Event(named, from, eventType, subject, when, dataContentType, dataSchema, extensions, data);
    }

    /** What is wrong with an event, all at once. */
    public static Invalid invalid(List<Invalid.Field> wrong) {
        return new Invalid("reading event: " + wrong.size() + " attribute(s) invalid", wrong, null);
    }

    private @Nullable EventType type() {
        if (type == null) {
            wrong("type", REQUIRED);
            return null;
        }
        try {
            return new EventType(type);
        } catch (Invalid malformed) {
            wrong(
                    "type",
                    "expected words of letters, digits, '_' and '-' joined by dots, at most " + EventType.MAX_LENGTH
                            + " characters");
            return null;
        }
    }

    private @Nullable Instant time() {
        if (time == null) {
            return null;
        }
        try {
            return Times.parse(time);
        } catch (DateTimeException malformed) {
            wrong("time", "expected a date and time with offset (RFC 3339)");
            return null;
        }
    }
}
