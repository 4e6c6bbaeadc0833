// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes text that others wrote fit for a log line, a reason or a terminal: on one line, and shown as it is.
 *
 * <p>What ends a line, what a terminal obeys, what turns the direction of writing or is not seen, and half a pair of
 * surrogates, which is no text: each is a question mark.
 */
public final class Printable {

    private static final Pattern UNPRINTABLE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]");

    private Printable() {}

    /** The whole text; none is the empty text. */
    public static String of(@Nullable String text) {
        return text == null ? "" : UNPRINTABLE.matcher(text).replaceAll("?");
    }

    /** At most so many characters of the text, and then {@code …} where there were more. */
    public static String of(@Nullable String text, int most) {
        if (text == null || text.length() <= most) {
            return of(text);
        }
        return of(text.substring(0, Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most)) + "…";
    }
}
