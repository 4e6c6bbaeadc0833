// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import io.serai.message.Printable;

/** Shows text that others wrote, in a reason or a line of a log: short, on one line. */
public final class Quoted {

    private static final int MAX = 40;

    private Quoted() {}

    /** The text in quotes, at most 40 characters of it, printable. */
    public static String of(String text) {
        return "'" + Printable.of(text, MAX) + "'";
    }
}
