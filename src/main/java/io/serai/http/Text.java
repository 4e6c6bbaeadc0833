// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes text that others wrote safe for one line of a log or of a problem. */
final class Text {

    private static final int MAX_LENGTH = 1000;
    private static final int MAX_CAUSES = 10;
    private static final int MAX_FRAMES = 60;
    private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}\\p{Cs}\\p{Zl}\\p{Zp}\u0080-\u009f]+");

    private Text() {}

    /** Control characters become spaces, so that nobody writes log lines of their own; cut at 1,000 characters. */
    static String oneLine(@Nullable String text) {
        if (text == null) {
            return "";
        }
        var clean = CONTROL.matcher(text).replaceAll(" ");
        return clean.length() > MAX_LENGTH ? clean.substring(0, MAX_LENGTH) + "…" : clean;
    }

    /** As {@link Throwable#printStackTrace()}, with the messages on one line each. */
    static String stackTrace(Throwable failure) {
        var out = new StringBuilder();
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
            out.append(depth == 0 ? "" : "\nCaused by: ")
                    .append(each.getClass().getName())
                    .append(": ")
                    .append(oneLine(each.getMessage()));
            var frames = each.getStackTrace();
            for (int i = 0; i < Math.min(frames.length, MAX_FRAMES); i++) {
                out.append("\n\tat ").append(frames[i]);
            }
            each = each.getCause();
        }
        return out.toString();
    }
}
