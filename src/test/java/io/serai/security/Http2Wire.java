// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Sends one GET over HTTP/2 without TLS and without asking first (prior knowledge), with any {@code :authority}.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113">RFC 9113</a>
 */
record Http2Wire(int port) {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int END_STREAM = 1;
    private static final int ACK = 1;
    private static final int END_HEADERS = 4;

    /** The body of the answer as text. */
    String get(String authority, String path, List<String> headers) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            var out = socket.getOutputStream();
            out.write(PREFACE.getBytes(StandardCharsets.US_ASCII));
            out.write(frame(SETTINGS, 0, 0, new byte[0]));
            out.write(frame(HEADERS, END_STREAM | END_HEADERS, 1, fields(authority, path, headers)));
            out.flush();
            return body(new DataInputStream(socket.getInputStream()), socket);
        }
    }

    private static String body(DataInputStream in, Socket socket) throws IOException {
        var body = new ByteArrayOutputStream();
        for (; ; ) {
            var length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            var type = in.readUnsignedByte();
            var flags = in.readUnsignedByte();
            var stream = in.readInt();
            var payload = in.readNBytes(length);
            if (type == SETTINGS && (flags & ACK) == 0) {
                socket.getOutputStream().write(frame(SETTINGS, ACK, 0, new byte[0]));
            } else if (type == RST_STREAM || type == GOAWAY) {
                throw new IOException(
                        "the server has given up this stream: frame type %d of stream %d, %s, after \"%s\""
                                .formatted(type, stream, HexFormat.of().formatHex(payload), body));
            } else if (type == DATA && stream == 1) {
                body.writeBytes(payload);
            }
            if (stream == 1 && (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
                return body.toString(StandardCharsets.UTF_8);
            }
        }
    }

    private static byte[] fields(String authority, String path, List<String> headers) {
        var fields = new ByteArrayOutputStream();
        // of the static table of HPACK: :method GET, :scheme http, then the names :path and :authority
        fields.write(0x82);
        fields.write(0x86);
        fields.write(0x04);
        text(fields, path);
        fields.write(0x01);
        text(fields, authority);
        for (var header : headers) {
            var colon = header.indexOf(": ");
            field(fields, header.substring(0, colon), header.substring(colon + 2));
        }
        return fields.toByteArray();
    }

    private static void field(ByteArrayOutputStream fields, String name, String value) {
        fields.write(0);
        text(fields, name);
        text(fields, value);
    }

    /** Shorter than 127 bytes. */
    private static void text(ByteArrayOutputStream fields, String text) {
        fields.write(text.length());
        fields.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        var frame = new ByteArrayOutputStream();
        frame.write(payload.length >> 16);
        frame.write(payload.length >> 8);
        frame.write(payload.length);
        frame.write(type);
        frame.write(flags);
        for (int shift = 24; shift >= 0; shift -= 8) {
            frame.write(stream >> shift);
        }
        frame.writeBytes(payload);
        return frame.toByteArray();
    }
}
