// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way into CloudEvents JSON: {@code data} as the JSON it is, {@code data} as a string, or
 * {@code data_base64}.
 *
 * <p>What a publisher calls JSON or text and is not (another AMQP client may say so) is shown as base64, so that one such
 * body does not break the answer around it.
 */
sealed interface Body {

    void write(JsonGenerator json) throws IOException;

    static Body of(StoredEvent event) {
        var type = mediaType(event.dataContentType());
        if (isJson(type) && RawJson.isWellFormed(event.data())) {
            return new Json(event.data());
        }
        var text = isUtf8Text(type, event.dataContentType()) ? decode(event.data()) : null;
        return text == null ? new Binary(event.data()) : new Text(text);
    }

    /** Without parameters, in lower case; JSON where none is given (CloudEvents JSON format, 3.1.1). */
    private static String mediaType(@Nullable String contentType) {
        return contentType == null
                ? "application/json"
                : contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    private static boolean isJson(String type) {
        return type.equals("application/json") || type.equals("text/json") || type.endsWith("+json");
    }

    private static boolean isUtf8Text(String type, @Nullable String contentType) {
        if (!type.startsWith("text/") || contentType == null) {
            return false;
        }
        var parameters = contentType.toLowerCase(Locale.ROOT).replace("\"", "");
        return !parameters.contains("charset=")
                || parameters.contains("charset=utf-8")
                || parameters.contains("charset=us-ascii");
    }

    private static @Nullable String decode(byte[] data) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return null;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // passes through
    record Json(byte[] data) implements Body {
        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeFieldName("data");
            json.writeRawValue(new RawJson(data));
        }
    }

    record Text(String data) implements Body {
        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeStringField("data", data);
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // passes through
    record Binary(byte[] data) implements Body {
        @Override
        public void write(JsonGenerator json) throws IOException {
            json.writeBinaryField("data_base64", data);
        }
    }
}
