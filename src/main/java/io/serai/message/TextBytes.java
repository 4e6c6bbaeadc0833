// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes bytes of text, and text of bytes, in the charset that their content type names.
 *
 * <p>Without a {@code charset} the encoding of an XML declaration decides, else it is UTF-8.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc7303#section-3">RFC 7303, section 3</a>
 */
public final class TextBytes {

    private static final Pattern XML_ENCODING =
            Pattern.compile("^\\s*<\\?xml\\s[^>]*?encoding\\s*=\\s*[\"']([A-Za-z0-9._-]+)[\"']");
    private static final int XML_DECLARATION = 200;

    private TextBytes() {}

    /** Without parameters, in lower case; the empty text where there is no content type. */
    public static String mediaType(@Nullable String contentType) {
        return contentType == null ? "" : contentType.split(";", 2)[0].strip().toLowerCase(java.util.Locale.ROOT);
    }

    public static boolean isJson(String mediaType) {
        return mediaType.endsWith("/json") || mediaType.endsWith("+json");
    }

    public static boolean isXml(String mediaType) {
        return mediaType.equals("application/xml") || mediaType.equals("text/xml") || mediaType.endsWith("+xml");
    }

    /**
     * The charset that the content type names, or null where it names none.
     *
     * @throws Invalid where no charset has that name here
     */
    public static @Nullable Charset named(@Nullable String contentType) {
        var name = contentType == null ? null : parameter(contentType, "charset=");
        return name == null ? null : forName(name);
    }

    /** Semicolons within a quoted value end no parameter. */
    private static @Nullable String parameter(String contentType, String name) {
        var quoted = false;
        int start = contentType.length();
        for (int i = 0; i <= contentType.length(); i++) {
            char c = i == contentType.length() ? ';' : contentType.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ';' && !quoted) {
                var each = start < i ? contentType.substring(start, i).strip() : "";
                if (each.regionMatches(true, 0, name, 0, name.length())) {
                    return each.substring(name.length()).replace("\"", "").strip();
                }
                start = i + 1;
            }
        }
        return null;
    }

    /**
     * Writes text in the charset of its content type.
     *
     * @throws Invalid where the charset is unknown, or has not all characters of the text
     */
    public static byte[] encode(CharSequence text, @Nullable String contentType) {
        var charset = charset(text, contentType);
        try {
            if (charset.canEncode()) {
                var encoded = charset.newEncoder().encode(CharBuffer.wrap(text));
                var bytes = new byte[encoded.remaining()];
                encoded.get(bytes);
                return bytes;
            }
        } catch (CharacterCodingException unmappable) {
            throw new Invalid(
                    "writing text: the charset " + charset + " has not all of its characters, choose utf-8",
                    unmappable);
        }
        throw new Invalid("writing text: the charset " + charset + " is for reading only, choose utf-8");
    }

    /** Null where the bytes are not text of that charset. */
    public static @Nullable String decode(byte[] bytes, @Nullable String contentType) {
        try {
            var start = new String(bytes, 0, Math.min(bytes.length, XML_DECLARATION), StandardCharsets.ISO_8859_1);
            return charset(start, contentType)
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException | Invalid otherwise) {
            return null;
        }
    }

    private static Charset charset(CharSequence text, @Nullable String contentType) {
        var named = named(contentType);
        if (named != null || !isXml(mediaType(contentType))) {
            return named == null ? StandardCharsets.UTF_8 : named;
        }
        var declared = XML_ENCODING.matcher(text.subSequence(0, Math.min(text.length(), XML_DECLARATION)));
        return declared.find() ? forName(declared.group(1)) : StandardCharsets.UTF_8;
    }

    private static Charset forName(String name) {
        try {
            return Charset.forName(name);
        } catch (IllegalArgumentException unknown) {
            throw new Invalid(
                    "reading content type: the charset " + Printable.of(name, 40) + " is unknown, choose utf-8",
                    unknown);
        }
    }
}
