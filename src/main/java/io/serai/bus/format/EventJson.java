// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads events in the CloudEvents JSON format.
 *
 * <p>{@code data} is cut out of the text byte for byte: it is never read into values, so key order, duplicate keys, lone
 * surrogates and numbers of any size pass. Booleans and integers stay what they are. Thread-safe.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">JSON format</a>
 */
public final class EventJson {

    /** JSON is UTF-8 here, whatever a parameter says; one that says otherwise is not overheard. */
    public static final String UTF8_ONLY = "JSON is taken in UTF-8 only";

    private static final String JSON = "application/json";
    private static final byte[] NO_DATA = {};

    private final JsonText data;
    private final JsonText envelope;

    /** @param maxDepth levels of objects and arrays in {@code data} */
    public EventJson(int maxDepth) {
        this.data = new JsonText(maxDepth);
        this.envelope = new JsonText(maxDepth + 1);
    }

    /**
     * Reads one event.
     *
     * @param attribute is told of each attribute before it is read
     * @throws MalformedJson where it is not JSON
     * @throws Invalid where it is not an event
     */
    public Event one(byte[] body, Runnable attribute) throws IOException {
        try (var parser = envelope.open(body)) {
            var wrong = new ArrayList<Invalid.Field>();
            var event = next(parser, body, wrong, attribute);
            JsonText.end(parser);
            if (event == null) {
                throw EventDraft.invalid(wrong);
            }
            return event;
        }
    }

    /** Whether JSON may be called so; none named is UTF-8. */
    public static boolean isUtf8(@Nullable Charset named) {
        return named == null || named.equals(StandardCharsets.UTF_8) || named.equals(StandardCharsets.US_ASCII);
    }

    private static boolean isJson(String contentType) {
        return TextBytes.isJson(TextBytes.mediaType(contentType));
    }

    /**
     * Reads the value at a parser of {@link JsonText#open} to its end, be it an event or not.
     *
     * @param wrong is told what is wrong
     * @param attribute is told of each attribute before it is read
     * @return null where it is no event
     */
    public @Nullable Event next(JsonParser parser, byte[] body, List<Invalid.Field> wrong, Runnable attribute)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            wrong.add(new Invalid.Field("", "expected a JSON object"));
            return null;
        }
        var draft = new EventDraft();
        var names = new HashSet<String>();
        byte @Nullable [] json = null;
        byte @Nullable [] binary = null;
        for (var name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
            var token = parser.nextToken();
            attribute.run();
            if (!names.add(name)) {
                draft.wrong(name, "given twice");
                parser.skipChildren();
            } else if (name.equals("data")) {
                json = slice(parser, body);
            } else if (name.equals("data_base64")) {
                binary = base64(parser, token, draft);
            } else {
                attribute(parser, body, token, name, draft);
            }
        }
        try {
            return draft.toEvent(data(draft, json, binary));
        } catch (Invalid invalid) {
            wrong.addAll(invalid.fields());
            return null;
        }
    }

    private static byte[] slice(JsonParser parser, byte[] body) throws IOException {
        int start = (int) parser.currentTokenLocation().getCharOffset();
        parser.skipChildren();
        parser.finishToken();
        return Arrays.copyOfRange(body, start, (int) parser.currentLocation().getCharOffset());
    }

    private static byte @Nullable [] base64(JsonParser parser, JsonToken token, EventDraft draft) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            var text = parser.getText();
            try {
                if (text.length() % 4 == 0) {
                    return Base64.getDecoder().decode(text);
                }
            } catch (IllegalArgumentException notBase64) {
                // said below
            }
        } else if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        parser.skipChildren();
        draft.wrong("data_base64", "expected a string in Base64 with padding (RFC 4648)");
        return NO_DATA;
    }

    private void attribute(JsonParser parser, byte[] body, JsonToken token, String name, EventDraft draft)
            throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            draft.set(name, data.string(slice(parser, body)));
        } else if (token == JsonToken.VALUE_NULL) {
            // JSON format, section 2.2: as if it were not there
            return;
        } else if (EventDraft.isCore(name)) {
            parser.skipChildren();
            draft.wrong(name, "expected a string");
        } else if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            draft.extend(name, token == JsonToken.VALUE_TRUE);
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            integer(parser.getText(), name, draft);
        } else {
            parser.skipChildren();
            draft.wrong(name, "expected a string, a boolean or an integer");
        }
    }

    private static void integer(String text, String name, EventDraft draft) {
        try {
            draft.extend(name, Integer.parseInt(text));
        } catch (NumberFormatException outOfRange) {
            draft.wrong(name, "expected an integer of 32 bits");
        }
    }

    private byte[] data(EventDraft draft, byte @Nullable [] json, byte @Nullable [] binary) {
        if (json != null && binary != null) {
            draft.wrong("data_base64", "given besides data");
        }
        var contentType = draft.dataContentType();
        if (json != null) {
            if (contentType == null) {
                // CloudEvents 1.0.2, "datacontenttype": what the format implies is said when the event leaves it
                draft.set(EventDraft.DATA_CONTENT_TYPE, JSON);
                return json;
            }
            if (!isJson(contentType)) {
                return text(draft, contentType, json);
            }
            checkUtf8(draft, contentType);
            return json;
        }
        if (binary != null && contentType != null && isJson(contentType)) {
            checkUtf8(draft, contentType);
            checkJson(draft, binary);
        }
        return binary == null ? NO_DATA : binary;
    }

    private static void checkUtf8(EventDraft draft, String contentType) {
        try {
            if (!isUtf8(TextBytes.named(contentType))) {
                draft.wrong(EventDraft.DATA_CONTENT_TYPE, UTF8_ONLY);
            }
        } catch (Invalid unknown) {
            draft.wrong(EventDraft.DATA_CONTENT_TYPE, UTF8_ONLY);
        }
    }

    /** JSON format, section 3.1.1: data of another media type is the text of a string, in the charset of that type. */
    private byte[] text(EventDraft draft, String contentType, byte[] literal) {
        if (literal[0] == '"') {
            try {
                return TextBytes.encode(data.string(literal), contentType);
            } catch (Invalid unwritable) {
                draft.wrong("data", String.valueOf(unwritable.getMessage()));
                return NO_DATA;
            } catch (IOException impossible) {
                throw new IllegalStateException("reading data: it was checked before", impossible);
            }
        }
        draft.wrong("data", "expected a string, since datacontenttype is not JSON");
        return NO_DATA;
    }

    private void checkJson(EventDraft draft, byte[] binary) {
        try {
            data.check(binary);
        } catch (IOException | MalformedJson malformed) {
            draft.wrong("data_base64", "expected JSON, since datacontenttype says so");
        }
    }
}
