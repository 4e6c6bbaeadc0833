// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.StreamCache;
import org.apache.camel.WrappedFile;
import org.jspecify.annotations.Nullable;

/** Turns a route's body into an event's: bytes, text and streams as they are, anything else as JSON. */
final class EventBody {

    /**
     * Bytes and what they are.
     *
     * @param contentType absent where there is no body
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    record Content(byte[] bytes, @Nullable String contentType) {}

    private final ObjectMapper json;

    EventBody(CamelContext context) {
        var shared = context.getRegistry().findSingleByType(ObjectMapper.class);
        this.json = shared == null ? new ObjectMapper() : shared;
    }

    /** @throws Invalid where the body is neither bytes nor text nor can be written as JSON */
    Content of(Message message) {
        var body = message.getBody();
        if (body == null) {
            return new Content(new byte[0], null);
        }
        var declared = message.getHeader(EventHeaders.CONTENT_TYPE, String.class);
        if (body instanceof byte[] bytes) {
            return new Content(bytes, declared == null ? "application/octet-stream" : declared);
        }
        if (body instanceof CharSequence text) {
            return new Content(
                    text.toString().getBytes(StandardCharsets.UTF_8),
                    declared == null ? "text/plain;charset=utf-8" : declared);
        }
        if (body instanceof InputStream || body instanceof StreamCache || body instanceof WrappedFile) {
            var bytes = message.getBody(byte[].class);
            return new Content(
                    bytes == null ? new byte[0] : bytes, declared == null ? "application/octet-stream" : declared);
        }
        try {
            return new Content(json.writeValueAsBytes(body), "application/json");
        } catch (JsonProcessingException unwritable) {
            throw new Invalid(
                    "publishing: a body of " + body.getClass().getName()
                            + " cannot be written as JSON; marshal it first",
                    unwritable);
        }
    }
}
