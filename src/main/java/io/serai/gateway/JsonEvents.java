// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads events in the CloudEvents JSON format, one or a batch.
 *
 * <p>{@code data} is cut out of the request byte for byte: it is never read into values, so key order, duplicate keys,
 * lone surrogates and numbers of any size pass. Thread-safe.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">JSON format</a>
 */
final class JsonEvents {

    private static final byte[] NO_DATA = {};

    private final Clock clock;
    private final int maxBatch;
    private final JsonText data;
    private final JsonText envelope;
    private final JsonText batch;
    private final JsonMembers members;
    private final int maxMembers;

    JsonEvents(Clock clock, int maxBatch, int maxDepth, int maxMembers) {
        this.clock = clock;
        this.maxBatch = maxBatch;
        this.maxMembers = maxMembers;
        this.members = new JsonMembers(maxMembers);
        this.data = new JsonText(maxDepth);
        this.envelope = new JsonText(maxDepth + 1);
        this.batch = new JsonText(maxDepth + 2);
    }

    /**
     * Reads one event.
     *
     * @throws Refused (400) where it is not JSON
     * @throws Invalid where it is not an event
     */
    Event one(byte[] body) throws IOException {
        try (var parser = envelope.open(body)) {
            var wrong = new ArrayList<Invalid.Field>();
            var event = event(parser, body, wrong, new int[1]);
            JsonText.end(parser);
            if (event == null) {
                throw EventDraft.invalid(wrong);
            }
            return event;
        }
    }

    /**
     * Reads a batch, all or nothing.
     *
     * @throws Refused (400) where it is not JSON, (413) where it has too many events
     * @throws Invalid naming what is wrong as JSON pointers, like {@code /3/id}
     */
    List<Event> batch(byte[] body) throws IOException {
        try (var parser = batch.open(body)) {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new Invalid("reading batch: expected a JSON array of events");
            }
            var events = new ArrayList<Event>();
            var wrong = new ArrayList<Invalid.Field>();
            // of all events together: each attribute is kept until the last is read
            var attributes = new int[1];
            for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                if (index == maxBatch) {
                    throw new Refused(Problem.of(
                            413,
                            "batch-too-large",
                            "reading batch: more than " + maxBatch + " events (serai.gateway.max-batch)"));
                }
                var found = new ArrayList<Invalid.Field>();
                var event = event(parser, body, found, attributes);
                if (event != null) {
                    events.add(event);
                }
                for (var each : found) {
                    wrong.add(new Invalid.Field("/" + index + "/" + each.name(), each.detail()));
                }
            }
            JsonText.end(parser);
            if (!wrong.isEmpty()) {
                throw new Invalid(
                        "reading batch: " + wrong.size() + " attribute(s) invalid, nothing is published", wrong, null);
            }
            return events;
        }
    }

    /** Reads the value at the parser to its end, be it an event or not. */
    private @Nullable Event event(JsonParser parser, byte[] body, List<Invalid.Field> wrong, int[] attributes)
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
            if (++attributes[0] > maxMembers) {
                throw members.tooMany();
            }
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
            var bytes = data(draft, json, binary);
            members.check(bytes);
            return draft.toEvent(clock.instant(), bytes);
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
            draft.set(name, parser.getText());
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
            integer(parser.getText(), name, draft);
        } else {
            parser.skipChildren();
            draft.wrong(name, "expected a string, a boolean or an integer");
        }
    }

    private static void integer(String text, String name, EventDraft draft) {
        try {
            draft.set(name, Integer.toString(Integer.parseInt(text)));
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
                draft.set(EventDraft.DATA_CONTENT_TYPE, MediaTypes.JSON);
                return json;
            }
            if (!MediaTypes.isJson(contentType)) {
                return text(draft, contentType, json);
            }
            checkUtf8(draft, contentType);
            return json;
        }
        if (binary != null && contentType != null && MediaTypes.isJson(contentType)) {
            checkUtf8(draft, contentType);
            checkJson(draft, binary);
        }
        return binary == null ? NO_DATA : binary;
    }

    private static void checkUtf8(EventDraft draft, String contentType) {
        try {
            if (!MediaTypes.isUtf8(TextBytes.named(contentType))) {
                draft.wrong(EventDraft.DATA_CONTENT_TYPE, MediaTypes.UTF8_ONLY);
            }
        } catch (Invalid unknown) {
            draft.wrong(EventDraft.DATA_CONTENT_TYPE, MediaTypes.UTF8_ONLY);
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
        } catch (IOException | Refused malformed) {
            draft.wrong("data_base64", "expected JSON, since datacontenttype says so");
        }
    }
}
