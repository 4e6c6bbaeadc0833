// SPDX-License-Identifier: Apache-2.0
package io.serai.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

/** What processes and the whole machine have used of the processors; the latter on Linux only. */
final class Machine {

    private static final double TICKS = 100;

    private Machine() {}

    /** Seconds of a process and of its children. */
    static double cpu(ProcessHandle process) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToDouble(each ->
                        each.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9)
                .sum();
    }

    /** Seconds of this process and of the children that it has waited for. */
    static double own() {
        // user, system, and those of the children: fields 14 to 17, counted behind the name in brackets
        var fields = read("/proc/self/stat").replaceFirst(".*\\) ", "").split(" ");
        return fields.length < 15
                ? 0
                : Arrays.stream(fields, 11, 15).mapToDouble(Double::parseDouble).sum() / TICKS;
    }

    /** Seconds in which processors worked, for whomever. */
    static double busy() {
        var fields = ofAllProcessors();
        return fields.length < 8 ? 0 : (sum(fields, 1, 4) + sum(fields, 6, 8)) / TICKS;
    }

    /** Seconds in which a processor was wanted and the hypervisor gave it to somebody else. */
    static double stolen() {
        var fields = ofAllProcessors();
        return fields.length < 9 ? 0 : sum(fields, 8, 9) / TICKS;
    }

    private static String[] ofAllProcessors() {
        return read("/proc/stat").lines().findFirst().orElse("").split(" +");
    }

    private static double sum(String[] fields, int from, int to) {
        return Arrays.stream(fields, from, to).mapToDouble(Double::parseDouble).sum();
    }

    private static String read(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException notLinux) {
            return "";
        }
    }
}
