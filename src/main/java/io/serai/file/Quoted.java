// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

/** Shows text that others wrote, in a reason or a line of a log: short, on one line. */
public final class Quoted {

    private static final int MAX = 40;

    private Quoted() {}

    /** The text in quotes, at most 40 characters of it, without control characters and without half a pair, which is no JSON. */
    public static String of(String text) {
        var shown = text;
        if (text.length() > MAX) {
            shown = text.substring(0, Character.isHighSurrogate(text.charAt(MAX - 1)) ? MAX - 1 : MAX) + "…";
        }
        return "'" + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }
}
