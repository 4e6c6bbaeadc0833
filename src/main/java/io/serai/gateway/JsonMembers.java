// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.http.Problem;
import io.serai.http.Refused;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds the members of objects and elements of arrays in a JSON text, before anything makes values of them: a value takes
 * up to a hundred times its text in memory, and what a schema says against it more.
 *
 * <p>Looks at all that begins with an opening bracket, whatever its media type. Counts opening brackets and commas outside of
 * strings, so it needs no well-formed text. Thread-safe.
 */
final class JsonMembers {

    private static final int CHUNK = 8192;

    private final int most;

    JsonMembers(int most) {
        this.most = most;
    }

    /** @throws Refused (413) where there are more */
    void check(byte[] text) {
        if (text.length <= most) {
            return;
        }
        try {
            check(new ByteArrayInputStream(text));
        } catch (IOException impossible) {
            throw new IllegalStateException("reading bytes", impossible);
        }
    }

    /**
     * Reads it to its end, or until it is known to be no JSON.
     *
     * @throws Refused as above
     */
    void check(InputStream text) throws IOException {
        var chunk = new byte[CHUNK];
        var begun = false;
        var inString = false;
        var escaped = false;
        long count = 0;
        for (int length = text.read(chunk); length >= 0; length = text.read(chunk)) {
            for (int i = 0; i < length; i++) {
                var c = chunk[i];
                if (inString) {
                    inString = escaped || c != '"';
                    escaped = !escaped && c == '\\';
                } else if (c == '"') {
                    inString = true;
                } else if (c == '{' || c == '[' || c == ',') {
                    count++;
                }
                if (!begun && !isSpace(c)) {
                    begun = true;
                    if (count == 0) {
                        return;
                    }
                }
            }
            if (count > most) {
                throw tooMany();
            }
        }
    }

    Refused tooMany() {
        return new Refused(Problem.of(
                413,
                "too-many-members",
                "reading JSON: it has more than " + most + " members and elements (serai.gateway.max-members)"));
    }

    /** Bytes of UTF-8 and UTF-16 that may stand before the first bracket, the marks of their order among them. */
    private static boolean isSpace(byte c) {
        return c <= ' ';
    }
}
