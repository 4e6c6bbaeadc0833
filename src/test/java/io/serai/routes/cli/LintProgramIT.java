// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serai lint} as it is shipped. */
class LintProgramIT {

    private static final Path PROGRAM = Path.of("target/serai/bin/serai").toAbsolutePath();

    @TempDir
    Path home;

    @Test
    void theFirstRunLeavesAnArchiveOfItsClassesAndThoseAfterItSayTheSame() throws Exception {
        // what could not be done leaves none
        assertThat(lint("nowhere")).isEqualTo("2: serai lint: there is no file or folder nowhere\n");
        assertThat(archives()).isZero();
        var first = lint();
        assertThat(first).startsWith("0: 0 errors, 0 warnings in ");
        assertThat(archives()).isOne();
        var begun = System.nanoTime();
        assertThat(lint()).isEqualTo(first);
        System.out.printf(
                "lint of the shipped routes: %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
        assertThat(archives()).isOne();
    }

    /** Exit code, and what is printed where. */
    private String lint(String... paths) throws IOException, InterruptedException {
        var program = new ProcessBuilder(PROGRAM.toString(), "lint").directory(home.toFile());
        program.command().addAll(List.of(paths));
        program.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_OPTS"));
        program.environment().put("XDG_CACHE_HOME", home.resolve("cache").toString());
        var process = program.redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }

    private long archives() throws IOException {
        try (var files = Files.walk(home)) {
            return files.filter(file -> file.toString().endsWith(".jsa")).count();
        }
    }
}
