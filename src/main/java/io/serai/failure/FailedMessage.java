// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The message as it was when it failed.
 *
 * @param properties without the facts of the failure
 * @param body as it came
 */
@SuppressWarnings("ArrayRecordComponent") // passes through
record FailedMessage(BasicProperties properties, byte[] body) {

    /** An attribute, where the message is a CloudEvent. */
    @Nullable
    String attribute(String name) {
        Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
        var value = headers.get("cloudEvents_" + name);
        return value == null ? null : text(value);
    }

    @Nullable
    String contentType() {
        var type = properties.getContentType();
        return type == null ? null : text(type);
    }

    /** For the database: PostgreSQL refuses U+0000 in text. A table or a list, which may be deep, is empty text. */
    static String text(@Nullable Object value) {
        return value instanceof Map || value instanceof List
                ? ""
                : String.valueOf(value).replace('\0', '\uFFFD');
    }
}
