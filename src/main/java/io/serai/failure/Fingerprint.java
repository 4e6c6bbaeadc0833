// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells failures of the same cause: the same for the same exception, top frames, route, step and message, where numbers,
 * ids and quoted values in the message do not count. 32 hexadecimal digits.
 */
final class Fingerprint {

    private static final Pattern VALUES =
            Pattern.compile("'[^']*'|\"[^\"]*\"|[0-9a-fA-F]{8}-[0-9a-fA-F-]{4,}|\\S*\\d\\S*");
    /** Changes as the JVM warms up, and says nothing of the cause. */
    private static final Pattern REFLECTION = Pattern.compile("[ /](jdk\\.internal|java\\.lang)\\.reflect\\.");

    private static final int FRAMES = 3;
    private static final int LENGTH = 16;

    private Fingerprint() {}

    static String of(Arrival.Failed failed) {
        var parts = List.of(
                failed.origin().name(),
                failed.exception(),
                frames(failed.trace()),
                Objects.toString(failed.routeId(), ""),
                Objects.toString(failed.nodeId(), ""),
                VALUES.matcher(Objects.toString(failed.message(), "")).replaceAll("?"));
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest(String.join("\n", parts).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, LENGTH);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static String frames(@Nullable String trace) {
        return trace == null
                ? ""
                : trace.lines()
                        .map(String::strip)
                        .filter(line -> line.startsWith("at ")
                                && !REFLECTION.matcher(line).find())
                        .limit(FRAMES)
                        .collect(Collectors.joining("\n"));
    }
}
