// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * JSON bytes that a generator copies into its output untouched.
 *
 * <p>Jackson has raw values as text only; as a {@link SerializableString} the bytes go out without being decoded.
 */
final class RawJson implements SerializableString {

    /** Syntax only: no value is kept, so neither numbers nor names need a bound; the depth does, for the readers' sake. */
    private static final JsonFactory SYNTAX = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNumberLength(Integer.MAX_VALUE)
                    .maxNameLength(Integer.MAX_VALUE)
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(1000)
                    .build())
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .build();

    private static final int WRITE_YOURSELF = -1;

    private final byte[] bytes;

    RawJson(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Whether the bytes are exactly one JSON value in UTF-8, at most 1,000 levels deep.
     *
     * <p>Read through a strict decoder unless they are ASCII, since Jackson on bytes would also take UTF-16 and a byte order
     * mark, which must not stand in the middle of an answer.
     */
    static boolean isWellFormed(byte[] bytes) {
        try (var parser = isAscii(bytes) ? SYNTAX.createParser(bytes) : SYNTAX.createParser(decoded(bytes))) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException malformed) {
            return false;
        }
    }

    /** Without NUL, by which Jackson tells UTF-16. */
    private static boolean isAscii(byte[] bytes) {
        for (var each : bytes) {
            if (each <= 0) {
                return false;
            }
        }
        return true;
    }

    private static char[] decoded(byte[] bytes) throws CharacterCodingException {
        var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
        return Arrays.copyOf(text.array(), text.limit());
    }

    @Override
    public String getValue() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public int charLength() {
        return getValue().length();
    }

    @Override
    public byte[] asUnquotedUTF8() {
        return bytes;
    }

    @Override
    public int appendUnquotedUTF8(byte[] buffer, int offset) {
        if (bytes.length > buffer.length - offset) {
            return WRITE_YOURSELF;
        }
        System.arraycopy(bytes, 0, buffer, offset, bytes.length);
        return bytes.length;
    }

    @Override
    public int appendUnquoted(char[] buffer, int offset) {
        return WRITE_YOURSELF;
    }

    @Override
    public int writeUnquotedUTF8(OutputStream out) throws IOException {
        out.write(bytes);
        return bytes.length;
    }

    @Override
    public int putUnquotedUTF8(ByteBuffer buffer) {
        return WRITE_YOURSELF;
    }

    // Quoted means as the inside of a string; a generator asks for that only for names and strings.

    @Override
    public char[] asQuotedChars() {
        throw new UnsupportedOperationException("JSON is written raw");
    }

    @Override
    public byte[] asQuotedUTF8() {
        throw new UnsupportedOperationException("JSON is written raw");
    }

    @Override
    public int appendQuotedUTF8(byte[] buffer, int offset) {
        throw new UnsupportedOperationException("JSON is written raw");
    }

    @Override
    public int appendQuoted(char[] buffer, int offset) {
        throw new UnsupportedOperationException("JSON is written raw");
    }

    @Override
    public int writeQuotedUTF8(OutputStream out) {
        throw new UnsupportedOperationException("JSON is written raw");
    }

    @Override
    public int putQuotedUTF8(ByteBuffer out) {
        throw new UnsupportedOperationException("JSON is written raw");
    }
}
