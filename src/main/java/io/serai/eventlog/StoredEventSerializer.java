// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.serai.message.Event;
import java.io.IOException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Shows a stored event in the CloudEvents JSON format, the body of a JSON event byte for byte as it came.
 *
 * <pre>{@code
 * {"specversion": "1.0", "id": "0193...", "source": "/serai/users", "type": "user.created", "subject": "42",
 *  "time": "2026-11-21T10:00:00Z", "datacontenttype": "application/json", "correlationid": "0193...", "sequence": "1",
 *  "position": "7", "storedtime": "2026-11-21T10:00:00.021Z", "data": {"id": "42"}}
 * }</pre>
 *
 * <p>{@code position} and {@code storedtime} are extensions the log adds; an event's own of these names are not shown. The
 * position is text, since an integer of CloudEvents has 32 bits.
 *
 * @see <a href="https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md">JSON format</a>
 */
final class StoredEventSerializer extends StdSerializer<StoredEvent> {

    private static final String POSITION = "position";
    private static final String STORED_TIME = "storedtime";
    private static final Set<String> OURS = Set.of(POSITION, STORED_TIME);

    StoredEventSerializer() {
        super(StoredEvent.class);
    }

    @Override
    public void serialize(StoredEvent event, JsonGenerator json, SerializerProvider provider) throws IOException {
        json.writeStartObject();
        json.writeStringField("specversion", Event.SPEC_VERSION);
        json.writeStringField("id", event.id());
        json.writeStringField("source", event.source());
        json.writeStringField("type", event.type());
        writeIfPresent(json, "subject", event.subject());
        writeIfPresent(json, "time", event.time());
        writeIfPresent(json, "datacontenttype", event.dataContentType());
        writeIfPresent(json, "dataschema", event.dataSchema());
        for (var extension : event.extensions().entrySet()) {
            if (!OURS.contains(extension.getKey())) {
                write(json, extension.getKey(), extension.getValue());
            }
        }
        json.writeStringField(POSITION, Long.toString(event.position()));
        json.writeStringField(STORED_TIME, event.storedAt().toString());
        if (event.data().length > 0) {
            Body.of(event).write(json);
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String name, Object value) throws IOException {
        if (value instanceof Boolean flag) {
            json.writeBooleanField(name, flag);
        } else if (value instanceof Integer number) {
            json.writeNumberField(name, number);
        } else {
            json.writeStringField(name, value.toString());
        }
    }

    private static void writeIfPresent(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value != null) {
            json.writeStringField(name, value);
        }
    }
}
