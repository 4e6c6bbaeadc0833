// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/** Bodies of a test file as bytes, and bodies of messages as text. */
final class Content {

    private final ObjectMapper json;
    /** A file beside the test, by name. */
    private final Function<String, byte[]> files;

    Content(ObjectMapper json, Function<String, byte[]> files) {
        this.json = json;
        this.files = files;
    }

    /** Text as it is, anything else as JSON, or the file's bytes; null where neither is given. */
    byte @Nullable [] of(@Nullable JsonNode body, @Nullable String file) {
        if (file != null) {
            return files.apply(file);
        }
        if (body == null || body.isNull()) {
            return null;
        }
        try {
            return body.isTextual() ? body.textValue().getBytes(StandardCharsets.UTF_8) : json.writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("what was read as YAML can be written as JSON", impossible);
        }
    }

    byte[] file(String name) {
        return files.apply(name);
    }

    /** What a message holds; a stream is read, and the text takes its place. */
    @Nullable
    String text(Exchange exchange) {
        var body = exchange.getMessage().getBody();
        if (body == null || body instanceof String) {
            return (String) body;
        }
        if (body instanceof byte[] bytes) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        var isData = body instanceof Iterable<?> || body instanceof Map<?, ?>;
        var text = isData ? null : exchange.getContext().getTypeConverter().tryConvertTo(String.class, exchange, body);
        if (text != null) {
            exchange.getMessage().setBody(text);
            return text;
        }
        try {
            return json.writeValueAsString(body);
        } catch (JsonProcessingException neither) {
            throw new Invalid(
                    "the body, a " + body.getClass().getName() + ", can be shown neither as text nor as JSON", neither);
        }
    }
}
