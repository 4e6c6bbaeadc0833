// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

/** Makes text from a file fit for a message. */
final class Text {

    private static final int MAX = 80;

    private Text() {}

    static String cut(String text) {
        var line = text.replaceAll("\\p{Cntrl}+", " ");
        return line.length() <= MAX ? line : line.substring(0, MAX) + "…";
    }
}
