// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Checks that bytes are one JSON text in UTF-8, without reading values: a number of any size is valid and stays as it is.
 *
 * <p>Thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</a>
 */
public final class JsonText {

    private static final int CHUNK = 2048;

    private final JsonFactory factory;

    /** @param maxDepth levels of objects and arrays */
    public JsonText(int maxDepth) {
        factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(maxDepth)
                        // the body's size bounds these already
                        .maxNumberLength(Integer.MAX_VALUE)
                        .maxStringLength(Integer.MAX_VALUE)
                        .maxNameLength(Integer.MAX_VALUE)
                        .build())
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                .build();
    }

    /**
     * Reads it through.
     *
     * @throws MalformedJson saying where the text is not well-formed
     */
    public void check(byte[] body) throws IOException {
        try (var parser = open(body)) {
            parser.skipChildren();
            end(parser);
        }
    }

    /**
     * A parser at the first token of a text that is known to be UTF-8.
     *
     * <p>Its offsets count bytes. Strings that are not ASCII come out garbled: take their literal from the body and read it by
     * {@link #string}.
     *
     * @throws MalformedJson where the text is not UTF-8, or empty
     */
    public JsonParser open(byte[] body) throws IOException {
        checkUtf8(body);
        // One char a byte, so that offsets are those of the body. What is not ASCII stands in strings only, where any
        // char
        // may stand. Jackson's parser of bytes would refuse a lone surrogate in a name, which is well-formed.
        var parser = factory.createParser(new String(body, StandardCharsets.ISO_8859_1));
        parser.nextToken();
        if (parser.currentToken() == null) {
            throw new MalformedJson("the body is empty, expected JSON");
        }
        return parser;
    }

    /** The text of a JSON string, quotes included, that was checked before. */
    String string(byte[] literal) throws IOException {
        try (var parser = factory.createParser(literal)) {
            parser.nextToken();
            return parser.getText();
        }
    }

    /** Demands that the value just read is all there is. */
    public static void end(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            var at = parser.currentTokenLocation();
            throw new MalformedJson("unexpected content after the end of the JSON text at line " + at.getLineNr()
                    + ", column " + at.getColumnNr());
        }
    }

    /** No guessing of other encodings, no byte order mark, no overlong forms. */
    private static void checkUtf8(byte[] body) {
        var in = ByteBuffer.wrap(body);
        if (body.length >= 3 && (body[0] & 0xFF) == 0xEF && (body[1] & 0xFF) == 0xBB && (body[2] & 0xFF) == 0xBF) {
            throw new MalformedJson("it starts with a byte order mark, send UTF-8 without one");
        }
        var decoder = StandardCharsets.UTF_8.newDecoder();
        var out = CharBuffer.allocate(Math.min(body.length, CHUNK) + 1);
        while (true) {
            var result = decoder.decode(in, out, true);
            if (result.isError()) {
                throw new MalformedJson("it is not UTF-8 at byte " + in.position());
            } else if (result.isUnderflow()) {
                return;
            }
            out.clear();
        }
    }
}
