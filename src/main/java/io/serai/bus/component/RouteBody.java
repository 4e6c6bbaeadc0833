// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import io.serai.message.TextBytes;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.xml.transform.Source;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NoTypeConversionAvailableException;
import org.apache.camel.StreamCache;
import org.apache.camel.TypeConversionException;
import org.apache.camel.WrappedFile;
import org.apache.camel.util.IOHelper;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Node;

/**
 * Turns a route's body into bytes wherever it leaves the hub: bytes, streams, files and XML as they are, text in the charset
 * of its content type, anything else as JSON.
 *
 * <p>Camel's type converters are not asked for the rest: of a number they make bytes of its value, of a list those of its
 * elements.
 */
public final class RouteBody {

    public static final String JSON = "application/json";
    private static final String BYTES = "application/octet-stream";
    private static final String TEXT = "text/plain;charset=utf-8";
    private static final String XML = "application/xml";

    /**
     * Bytes and what they are.
     *
     * @param contentType absent where there is no body
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on once, never compared
    public record Content(byte[] bytes, @Nullable String contentType) {}

    private final CamelContext camel;
    private final ObjectMapper json;

    public RouteBody(CamelContext camel) {
        this.camel = camel;
        var shared = camel.getRegistry().findSingleByType(ObjectMapper.class);
        this.json = shared == null ? new ObjectMapper() : shared;
    }

    /** The body as text, or null where it is none. */
    public static @Nullable CharSequence text(@Nullable Object body) {
        if (body instanceof char[] chars) {
            return new String(chars);
        } else if (body instanceof Reader reader) {
            try {
                return IOHelper.toString(reader);
            } catch (IOException unreadable) {
                throw new UncheckedIOException(unreadable);
            }
        }
        return body instanceof CharSequence text ? text : null;
    }

    /** Whether the body is bytes already, or a stream of them. */
    public static boolean isBytes(@Nullable Object body) {
        return body instanceof byte[]
                || body instanceof ByteBuffer
                || body instanceof InputStream
                || body instanceof StreamCache
                || body instanceof WrappedFile
                || body instanceof File
                || body instanceof Path
                || isXml(body);
    }

    private static boolean isXml(@Nullable Object body) {
        return body instanceof Node || body instanceof Source;
    }

    /**
     * The bytes of a body.
     *
     * @param declared the content type that the route has given it, or null
     * @param exchange whose body it is, or null where only the body is known
     * @throws Invalid where the body can be written neither as its content type says nor as JSON
     */
    public Content of(@Nullable Object body, @Nullable String declared, @Nullable Exchange exchange) {
        if (body == null) {
            return new Content(new byte[0], null);
        }
        var text = text(body);
        if (text != null) {
            return new Content(TextBytes.encode(text, declared), declared == null ? TEXT : declared);
        }
        if (body instanceof byte[] bytes) {
            return new Content(bytes, declared == null ? BYTES : declared);
        }
        if (isBytes(body)) {
            return new Content(bytes(body, exchange), declared == null ? isXml(body) ? XML : BYTES : declared);
        }
        return new Content(json(body), JSON);
    }

    /**
     * The body as JSON.
     *
     * @throws Invalid where it cannot be written so
     */
    public byte[] json(Object body) {
        try {
            return json.writeValueAsBytes(body);
        } catch (JsonProcessingException unwritable) {
            throw unwritable(body, "cannot be written as JSON", unwritable);
        }
    }

    private byte[] bytes(Object body, @Nullable Exchange exchange) {
        try {
            return exchange == null
                    ? camel.getTypeConverter().mandatoryConvertTo(byte[].class, body)
                    : camel.getTypeConverter().mandatoryConvertTo(byte[].class, exchange, body);
        } catch (NoTypeConversionAvailableException | TypeConversionException unreadable) {
            throw unwritable(body, "cannot be read", unreadable);
        }
    }

    private static Invalid unwritable(Object body, String why, Exception cause) {
        return new Invalid(
                "publishing: a body of " + body.getClass().getName() + " " + why + "; marshal it first", cause);
    }
}
