// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonGenerator;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import java.io.IOException;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A body on its way into CloudEvents JSON: {@code data} as the JSON it is, {@code data} as a string, or
 * {@code data_base64}.
 *
 * <p>What a publisher calls JSON or text and is not (another AMQP client may say so) is shown as base64, so that one such
 * body does not break the answer around it. A body in a coding, like gzip, is base64 too.
 */
sealed interface Body {

    void write(JsonGenerator json) throws IOException;

    static Body of(StoredEvent event) {
        if (isCoded(event.extensions().get(Event.CONTENT_ENCODING))) {
            return new Binary(event.data());
        }
        var contentType = event.dataContentType();
        // JSON where none is given (CloudEvents JSON format, 3.1.1)
        var type = contentType == null ? "application/json" : TextBytes.mediaType(contentType);
        if (TextBytes.isJson(type) && RawJson.isWellFormed(event.data())) {
            return new Json(event.data());
        }
        var text = contentType == null || TextBytes.isJson(type) || isBinary(type)
                ? null
                : text(event.data(), contentType, isText(type, contentType));
        return text == null ? new Binary(event.data()) : new Text(text);
    }

    /** AMQP clients also name the charset there. */
    private static boolean isCoded(@Nullable Object encoding) {
        try {
            return encoding != null
                    && !encoding.toString().equalsIgnoreCase("identity")
                    && !Charset.isSupported(encoding.toString());
        } catch (IllegalArgumentException noCharset) {
            return true;
        }
    }

    private static boolean isBinary(String type) {
        return type.equals("application/octet-stream") || type.matches("(image(?!/.*xml)|audio|video|font)/.*");
    }

    private static boolean isText(String type, String contentType) {
        return type.startsWith("text/")
                || TextBytes.isXml(type)
                || contentType.toLowerCase(Locale.ROOT).contains("charset=");
    }

    /**
     * Null where a reader of the text could not make the same bytes of it. Of a type that may be either, like
     * {@code application/yaml}, text has no control characters.
     */
    private static @Nullable String text(byte[] data, String contentType, boolean certain) {
        var text = TextBytes.decode(data, contentType);
        if (text == null
                || (!certain && text.chars().anyMatch(c -> Character.isISOControl(c) && !Character.isWhitespace(c)))) {
            return null;
        }
        try {
            return Arrays.equals(TextBytes.encode(text, contentType), data) ? text : null;
        } catch (Invalid readOnly) {
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
