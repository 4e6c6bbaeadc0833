// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A response that waits until it is to be sent, so that it can be kept before, and be written though nobody waits for it.
 *
 * <p>What is over {@value #MAX_BODY} bytes goes on to the client as it comes. Used by one thread at a time.
 */
final class AnswerBuffer extends HttpServletResponseWrapper {

    static final int MAX_BODY = 64 * 1024;

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_LENGTH = "Content-Length";

    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private final ByteArrayOutputStream body = new ByteArrayOutputStream(512);
    private final ServletOutputStream stream = new Bytes();
    private @Nullable PrintWriter writer;
    private @Nullable String charset;
    private int status = SC_OK;
    /** Nobody waits any more. */
    private boolean detached;
    /** The client has been sent the beginning, or an error of the container's. */
    private boolean begun;

    AnswerBuffer(HttpServletResponse client) {
        super(client);
    }

    /** From now on nothing is sent: the client is gone, or was answered in another way. */
    void detach() {
        detached = true;
    }

    boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    KeptAnswer answer() {
        if (writer != null) {
            writer.flush();
        }
        return new KeptAnswer(status, headers(), begun ? null : body.toByteArray());
    }

    private Map<String, List<String>> headers() {
        var all = new LinkedHashMap<>(headers);
        var type = getContentType();
        if (charset != null && type != null && !type.contains("charset=")) {
            all.put(CONTENT_TYPE, List.of(type + ";charset=" + charset));
        }
        return all;
    }

    /** Sends it, once it is written whole. */
    void send() throws IOException {
        var whole = answer();
        if (!detached && !begun) {
            begun = true;
            whole.writeTo(client());
        }
    }

    private HttpServletResponse client() {
        return (HttpServletResponse) getResponse();
    }

    private void write(byte[] bytes, int offset, int length) throws IOException {
        if (!begun && body.size() + length > MAX_BODY) {
            begun = true;
            if (!detached) {
                new KeptAnswer(status, headers(), null).writeTo(client());
                body.writeTo(client().getOutputStream());
            }
        }
        if (!begun) {
            body.write(bytes, offset, length);
        } else if (!detached) {
            client().getOutputStream().write(bytes, offset, length);
        }
    }

    @Override
    public ServletOutputStream getOutputStream() {
        return stream;
    }

    @Override
    public PrintWriter getWriter() {
        if (writer == null) {
            writer = new PrintWriter(new OutputStreamWriter(stream, Charset.forName(getCharacterEncoding())));
        }
        return writer;
    }

    @Override
    public void flushBuffer() {
        if (writer != null) {
            writer.flush();
        }
    }

    @Override
    public boolean isCommitted() {
        return begun;
    }

    @Override
    public void resetBuffer() {
        if (begun) {
            throw new IllegalStateException("the response is under way");
        }
        body.reset();
        writer = null;
        headers.remove(CONTENT_LENGTH);
    }

    @Override
    public void reset() {
        resetBuffer();
        headers.clear();
        status = SC_OK;
    }

    @Override
    public int getBufferSize() {
        return MAX_BODY;
    }

    @Override
    public void setBufferSize(int size) {
        // it has the size it has
    }

    @Override
    public void setStatus(int status) {
        this.status = status;
    }

    @Override
    public int getStatus() {
        return status;
    }

    @Override
    public void sendError(int code, String message) throws IOException {
        sendError(code);
    }

    /** The container writes the page, after all filters. */
    @Override
    public void sendError(int code) throws IOException {
        status = code;
        begun = true;
        if (!detached) {
            client().sendError(code);
        }
    }

    @Override
    public void sendRedirect(String location) {
        status = SC_FOUND;
        setHeader("Location", location);
    }

    /** Null takes the header out, as servlets have it. */
    @Override
    public void setHeader(String name, @Nullable String value) {
        if (value == null) {
            headers.remove(name);
        } else {
            headers.put(name, new ArrayList<>(List.of(value)));
        }
    }

    @Override
    public void addHeader(String name, @Nullable String value) {
        if (value != null) {
            headers.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
        }
    }

    @Override
    public void setIntHeader(String name, int value) {
        setHeader(name, Integer.toString(value));
    }

    @Override
    public void addIntHeader(String name, int value) {
        addHeader(name, Integer.toString(value));
    }

    @Override
    public void setDateHeader(String name, long millis) {
        setHeader(name, date(millis));
    }

    @Override
    public void addDateHeader(String name, long millis) {
        addHeader(name, date(millis));
    }

    private static String date(long millis) {
        return DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }

    @Override
    public boolean containsHeader(String name) {
        return headers.containsKey(name);
    }

    @Override
    public @Nullable String getHeader(String name) {
        var values = headers.get(name);
        return values == null ? null : values.get(0);
    }

    @Override
    public Collection<String> getHeaders(String name) {
        return List.copyOf(headers.getOrDefault(name, List.of()));
    }

    @Override
    public Collection<String> getHeaderNames() {
        return List.copyOf(headers.keySet());
    }

    @Override
    public void addCookie(Cookie cookie) {
        // of whoever asked first: not kept, and sent to nobody else
        if (!detached) {
            client().addCookie(cookie);
        }
    }

    @Override
    public void setContentType(@Nullable String type) {
        setHeader(CONTENT_TYPE, type);
    }

    @Override
    public @Nullable String getContentType() {
        return getHeader(CONTENT_TYPE);
    }

    @Override
    public void setCharacterEncoding(String charset) {
        this.charset = charset;
    }

    @Override
    public String getCharacterEncoding() {
        return charset == null ? StandardCharsets.UTF_8.name() : charset;
    }

    @Override
    public void setContentLength(int length) {
        setContentLengthLong(length);
    }

    @Override
    public void setContentLengthLong(long length) {
        setHeader(CONTENT_LENGTH, Long.toString(length));
    }

    private final class Bytes extends ServletOutputStream {

        @Override
        public void write(int b) throws IOException {
            AnswerBuffer.this.write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            AnswerBuffer.this.write(bytes, offset, length);
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setWriteListener(WriteListener listener) {
            throw new IllegalStateException("the buffer takes all at once");
        }
    }
}
