// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The message as it was when it failed.
 *
 * @param properties without the facts of the failure
 * @param body as it came
 */
@SuppressWarnings("ArrayRecordComponent") // passes through
record FailedMessage(BasicProperties properties, byte[] body) {

    private static final String ATTRIBUTE = "cloudEvents_";
    private static final String OF_BINDING = "cloudEvents:";

    /** Its headers, those of attributes by the hub's names, whichever of both it came with. */
    Map<String, Object> headers() {
        var headers = new HashMap<String, Object>(properties.getHeaders() == null ? Map.of() : properties.getHeaders());
        List.copyOf(headers.keySet()).stream()
                .filter(name -> name.startsWith(OF_BINDING))
                .forEach(name ->
                        headers.putIfAbsent(ATTRIBUTE + name.substring(OF_BINDING.length()), headers.remove(name)));
        return headers;
    }

    /** An attribute, where the message is a CloudEvent. */
    @Nullable
    String attribute(String name) {
        var value = headers().get(ATTRIBUTE + name);
        return value == null ? null : text(value);
    }

    @Nullable
    String contentType() {
        var type = properties.getContentType();
        return type == null ? null : text(type);
    }

    /** The id of its failure where an id was used before, for other content: the same for the same content. */
    String idBeside(String failureId) {
        var name = new ByteArrayOutputStream();
        for (var part : Arrays.asList(failureId, attribute("type"), attribute("subject"), contentType())) {
            name.writeBytes((part + "\n").getBytes(StandardCharsets.UTF_8));
        }
        name.writeBytes(body);
        return UUID.nameUUIDFromBytes(name.toByteArray()).toString();
    }

    /** For the database: PostgreSQL refuses U+0000 in text. A table or a list, which may be deep, is empty text. */
    static String text(@Nullable Object value) {
        return value instanceof Map || value instanceof List
                ? ""
                : String.valueOf(value).replace('\0', '\uFFFD');
    }
}
