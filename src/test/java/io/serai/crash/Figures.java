// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static java.util.stream.Collectors.joining;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What a proof measured: printed, and left in {@code target/reliability/PROOF.md} as a row of the table in
 * docs/reliability.md. Kept before anything is asserted, so that a proof that fails leaves its figures too.
 */
final class Figures {

    private static final Path FOLDER = Path.of("target/reliability");

    private final Map<String, String> figures = new LinkedHashMap<>();
    private final String proof;

    Figures(String proof) {
        this.proof = proof;
    }

    Figures with(String name, long count) {
        figures.put(name, String.format(Locale.ROOT, "%,d", count));
        return this;
    }

    /** Median and worst, in seconds. */
    Figures with(String name, List<Long> nanos) {
        figures.put(
                name,
                nanos.isEmpty()
                        ? "none"
                        : String.format(
                                Locale.ROOT, "%.1f s, worst %.1f s", seconds(median(nanos)), seconds(max(nanos))));
        return this;
    }

    void keep() throws IOException {
        var text = figures.entrySet().stream()
                .map(each -> each.getKey() + " " + each.getValue())
                .collect(joining("; "));
        System.out.printf("%s: %s%n", proof, text);
        Files.createDirectories(FOLDER);
        Files.writeString(FOLDER.resolve(proof + ".md"), "| %s | %s |%n".formatted(proof, text));
    }

    static long median(List<Long> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElse(0L);
    }

    static long max(List<Long> values) {
        return values.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    private static double seconds(long nanos) {
        return nanos / (double) TimeUnit.SECONDS.toNanos(1);
    }
}
