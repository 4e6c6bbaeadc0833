// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What travels through the hub: a message with CloudEvents 1.0 attributes and an untouched body.
 *
 * <pre>{@code
 * {"specversion": "1.0", "id": "0193...", "source": "/serai/users", "type": "user.created", "subject": "42",
 *  "time": "2026-11-21T10:00:00Z", "datacontenttype": "application/json", "correlationid": "0193...", "sequence": "1",
 *  "data": {"id": "42"}}
 * }</pre>
 *
 * <p>The body is shared, not copied: nobody may change it. {@code source} and {@code id} together name an event.
 *
 * @param id at most 255 bytes in UTF-8, which is what AMQP 0-9-1 has for it
 * @param source URI reference, at most 512 characters
 * @param subject what the event is about, at most 512 characters; order is kept per subject
 * @param time when it happened; absent where its publisher has not said so
 * @param dataContentType media type of the body
 * @param dataSchema URI of the body's schema
 * @param extensions further attributes by name, each a {@link String}, {@link Boolean} or {@link Integer}; at most 32, each
 *     at most 4,096 characters, 16,384 in all
 * @param data the body; empty where the event has none
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md">CloudEvents 1.0.2</a>
 */
@SuppressWarnings("ArrayRecordComponent") // a body is compared by nobody and copied by nobody
public record Event(
        String id,
        String source,
        EventType type,
        @Nullable String subject,
        @Nullable Instant time,
        @Nullable String dataContentType,
        @Nullable String dataSchema,
        Map<String, Object> extensions,
        byte[] data) {

    public static final String SPEC_VERSION = "1.0";
    public static final String CORRELATION_ID = "correlationid";
    public static final String CAUSATION_ID = "causationid";
    public static final String SEQUENCE = "sequence";
    /** Coding of the body, like {@code gzip}: the content encoding of an AMQP message. The hub decodes nothing. */
    public static final String CONTENT_ENCODING = "contentencoding";

    /** What is wrong where {@link #isMediaType} is not. */
    public static final String EXPECTED_MEDIA_TYPE =
            "expected a media type of at most 255 characters, like application/json";

    private static final int MAX_MEDIA_TYPE = 255;
    private static final int MAX_ID = 255;
    private static final int MAX_TEXT = 512;
    private static final int MAX_EXTENSIONS = 32;
    private static final int MAX_EXTENSION = 4096;
    private static final int MAX_EXTENSIONS_TOTAL = 16_384;
    private static final Instant FIRST_TIME = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999999999Z");
    private static final Pattern EXTENSION_NAME = Pattern.compile("[a-z0-9]{1,64}");
    /** Printable ASCII only: it becomes a header of HTTP and AMQP, which bounds it in bytes. Parameters may be empty. */
    private static final Pattern MEDIA_TYPE = Pattern.compile("[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}"
            + "( *;( *[A-Za-z0-9!#$%&'*+.^_`|~-]+=(\"([ !#-\\[\\]-~]|\\\\[ -~])*+\"|[!#-:<-~]+))?+)*+ *");

    /** It becomes a property of AMQP, which bounds it in bytes. */
    private static final Pattern CODING = Pattern.compile("[ -~]{1,255}");

    private static final java.util.Set<String> RESERVED = java.util.Set.of(
            "id",
            "source",
            "type",
            "subject",
            "time",
            "datacontenttype",
            "dataschema",
            "specversion",
            "data",
            "database64");

    /** @throws Invalid naming each attribute that is out of bounds */
    public Event {
        extensions = Map.copyOf(extensions);
        var wrong = new ArrayList<Invalid.Field>();
        if (id.length() <= MAX_ID && id.getBytes(StandardCharsets.UTF_8).length > MAX_ID) {
            wrong.add(new Invalid.Field("id", "expected at most " + MAX_ID + " bytes in UTF-8"));
        } else {
            text(wrong, "id", id, MAX_ID);
        }
        text(wrong, "source", source, MAX_TEXT);
        uri(wrong, "source", source);
        if (subject != null) {
            text(wrong, "subject", subject, MAX_TEXT);
        }
        if (dataContentType != null && !isMediaType(dataContentType)) {
            wrong.add(new Invalid.Field("datacontenttype", EXPECTED_MEDIA_TYPE));
        }
        if (dataSchema != null) {
            text(wrong, "dataschema", dataSchema, MAX_TEXT);
            uri(wrong, "dataschema", dataSchema);
        }
        if (time != null && (time.isBefore(FIRST_TIME) || time.isAfter(LAST_TIME))) {
            wrong.add(new Invalid.Field("time", "expected a year from 0000 to 9999 (RFC 3339)"));
        }
        if (extensions.size() > MAX_EXTENSIONS) {
            wrong.add(new Invalid.Field("extensions", "expected at most " + MAX_EXTENSIONS));
        }
        if (extensions.values().stream()
                        .mapToInt(value -> value.toString().length())
                        .sum()
                > MAX_EXTENSIONS_TOTAL) {
            // all headers must fit one AMQP frame, with room for the facts of a failure
            wrong.add(
                    new Invalid.Field("extensions", "expected at most " + MAX_EXTENSIONS_TOTAL + " characters in all"));
        }
        extensions.forEach((name, value) -> {
            if (!EXTENSION_NAME.matcher(name).matches() || RESERVED.contains(name)) {
                wrong.add(new Invalid.Field("extensions", "expected names of 1 to 64 lower-case letters and digits"));
            } else if (value instanceof String text) {
                extension(wrong, name, text);
            } else if (name.equals(CONTENT_ENCODING) || !(value instanceof Boolean || value instanceof Integer)) {
                wrong.add(new Invalid.Field(name, "expected text, a boolean or an integer of 32 bits"));
            }
        });
        if (!wrong.isEmpty()) {
            throw new Invalid("reading event: " + wrong.size() + " attribute(s) invalid", wrong, null);
        }
    }

    /** Whether a text can be a {@code datacontenttype}, and so the content type of any message. */
    public static boolean isMediaType(String text) {
        return text.length() <= MAX_MEDIA_TYPE && MEDIA_TYPE.matcher(text).matches();
    }

    public @Nullable String correlationId() {
        return extension(CORRELATION_ID);
    }

    /** An extension attribute as text. */
    public @Nullable String extension(String name) {
        var value = extensions.get(name);
        return value == null ? null : value.toString();
    }

    private static void extension(List<Invalid.Field> wrong, String name, String value) {
        if (name.equals(CONTENT_ENCODING) && !CODING.matcher(value).matches()) {
            wrong.add(new Invalid.Field(name, "expected 1 to 255 characters of ASCII, like gzip"));
        } else if (!value.isEmpty()) {
            text(wrong, name, value, MAX_EXTENSION);
        }
    }

    private static void text(List<Invalid.Field> wrong, String name, String value, int max) {
        if (value.isEmpty() || value.length() > max) {
            wrong.add(new Invalid.Field(name, "expected 1 to " + max + " characters"));
        } else if (!isAllowed(value)) {
            wrong.add(new Invalid.Field(name, "expected no control characters, surrogates or noncharacters"));
        }
    }

    private static boolean isAllowed(String value) {
        for (int i = 0; i < value.length(); i = value.offsetByCodePoints(i, 1)) {
            if (!isAllowed(value.codePointAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** CloudEvents 1.0.2, "Type System", String. */
    private static boolean isAllowed(int c) {
        return c > 0x1F
                && (c < 0x7F || c > 0x9F)
                && (c < 0xD800 || c > 0xDFFF)
                && (c & 0xFFFE) != 0xFFFE
                && (c < 0xFDD0 || c > 0xFDEF);
    }

    private static void uri(List<Invalid.Field> wrong, String name, String value) {
        try {
            new URI(value);
        } catch (URISyntaxException malformed) {
            wrong.add(new Invalid.Field(name, "expected a URI reference (RFC 3986)"));
        }
    }
}
