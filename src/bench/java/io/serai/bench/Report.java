// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * Medians and ranges as a table in Markdown.
 *
 * <p>The rule, fixed beforehand: medians are over the quiet runs, those with at most {@value #QUIET} processors of noise;
 * where fewer than half of a peer's runs are quiet, over all of its runs, and the table says so. Ranges are over all runs.
 */
record Report(List<Run> runs) {

    static final double QUIET = 0.5;

    @Override
    public String toString() {
        var text = new StringBuilder("| | hub | by hand | hub ÷ by hand |\n|---|---|---|---|\n");
        row(text, "POST/s", "%.0f", Run::postsPerSecond);
        row(text, "rows/s", "%.0f", Run::rowsPerSecond);
        row(text, "p50 ms", "%.1f", Run::p50Millis);
        row(text, "p99 ms", "%.1f", Run::p99Millis);
        row(text, "CPU of the peer, µs a message", "%.0f", Run::peerMicros);
        row(text, "CPU of broker and database, µs a message", "%.0f", Run::serverMicros);
        row(text, "noise, processors", "%.2f", Run::noise);
        for (var peer : List.of("hub", "raw")) {
            var all = of(peer);
            text.append("%n%s: %d of %d runs quiet%s, %d accepted, %d stored, %d lost, %d answered otherwise"
                    .formatted(
                            peer,
                            all.stream().filter(Report::isQuiet).count(),
                            all.size(),
                            counted(peer).size() == all.size() ? "" : " and counted",
                            all.stream().mapToLong(Run::accepted).sum(),
                            all.stream().mapToLong(Run::rows).sum(),
                            all.stream().mapToLong(Run::lost).sum(),
                            all.stream().mapToLong(Run::other).sum()));
        }
        return text.toString();
    }

    private void row(StringBuilder text, String name, String format, ToDoubleFunction<Run> value) {
        var hub = median("hub", value);
        var raw = median("raw", value);
        text.append("| %s | %s | %s | %s |%n"
                .formatted(
                        name,
                        cell("hub", hub, format, value),
                        cell("raw", raw, format, value),
                        raw == 0 ? "" : String.format(Locale.ROOT, "%.2f", hub / raw)));
    }

    private String cell(String peer, double median, String format, ToDoubleFunction<Run> value) {
        var range = of(peer).stream().mapToDouble(value).summaryStatistics();
        return String.format(
                Locale.ROOT, format + " [" + format + "–" + format + "]", median, range.getMin(), range.getMax());
    }

    private double median(String peer, ToDoubleFunction<Run> value) {
        var sorted = counted(peer).stream().mapToDouble(value).sorted().toArray();
        var middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private List<Run> counted(String peer) {
        var all = of(peer);
        var quiet = all.stream().filter(Report::isQuiet).toList();
        return 2 * quiet.size() >= all.size() ? quiet : all;
    }

    private List<Run> of(String peer) {
        return runs.stream().filter(run -> run.peer().equals(peer)).toList();
    }

    private static boolean isQuiet(Run run) {
        return run.noise() <= QUIET;
    }
}
