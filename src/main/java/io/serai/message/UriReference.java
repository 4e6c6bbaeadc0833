// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Checks that text is a URI reference.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3986#section-4.1">RFC 3986, section 4.1</a>
 */
public final class UriReference {

    /** The remedy where {@link #isValid} is false. */
    public static final String EXPECTED =
            "expected a URI reference (RFC 3986), with spaces and all that is not ASCII percent-encoded";

    private UriReference() {}

    /** Whether the text is ASCII and has the form of a URI, absolute or relative. */
    public static boolean isValid(String text) {
        try {
            new URI(text);
        } catch (URISyntaxException malformed) {
            return false;
        }
        // java.net.URI allows other letters too
        return text.chars().allMatch(c -> c > ' ' && c <= '~');
    }
}
