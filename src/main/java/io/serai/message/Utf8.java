// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON text the way it may be exchanged: as UTF-8 and nothing else, where parsers guess UTF-16 and mend the rest.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc8259#section-8.1">RFC 8259, section 8.1</a>
 */
public final class Utf8 {

    private Utf8() {}

    /** Whether the text can be written so: half of a surrogate pair, which JSON can escape, cannot. */
    public static boolean fits(String text) {
        return StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }

    /**
     * Decodes a body; none is the empty text.
     *
     * @throws CharacterCodingException where it is not well-formed UTF-8
     */
    public static String decode(byte @Nullable [] body) throws CharacterCodingException {
        if (body == null) {
            return "";
        }
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }
}
