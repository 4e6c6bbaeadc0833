// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Guesses what somebody meant who wrote a name that is not known. */
final class Similar {

    private Similar() {}

    /** "did you mean 'x'?", or null where nothing known resembles it. */
    static @Nullable String hint(String written, Collection<String> known) {
        return find(written, known)
                .map(meant -> "did you mean '" + meant + "'?")
                .orElse(null);
    }

    static Optional<String> find(String written, Collection<String> known) {
        var limit = Math.max(1, written.length() / 3);
        return known.stream()
                .filter(name -> Math.abs(name.length() - written.length()) <= limit)
                .filter(name -> distance(fold(written), fold(name)) <= limit)
                .min(Comparator.<String>comparingInt(name -> distance(fold(written), fold(name)))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Neither case nor dashes make a name another: {@code set-body} is {@code setBody}. */
    private static String fold(String name) {
        return name.replace("-", "").toLowerCase(Locale.ROOT);
    }

    /** Number of letters to insert, remove, replace or swap (Damerau-Levenshtein, each place changed once). */
    private static int distance(String a, String b) {
        var d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                var same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
