// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;

/** {@code serai password} as it is typed, at a terminal and without one. */
class PasswordIT {

    private static final Path SCRIPT = Path.of("/usr/bin/script");
    private static final Pattern HASH = Pattern.compile("\\$2b\\$10\\$[./A-Za-z0-9]{53}");

    @TempDir
    Path folder;

    @Test
    void withoutATerminalTheFirstLineIsThePassword() throws Exception {
        var said = said(program(), "open-sesäme\nmore\n");
        assertThat(said).startsWith("0: ");
        assertHash(said, "open-sesäme");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "1234567890123456789012345678901234567890123456789012345678901234567890öü\n"})
    void noPasswordOrOneThatBcryptWouldCutIsRefused(String typed) throws Exception {
        assertThat(said(program(), typed)).startsWith("2: serai password: ").doesNotContain("$2b$", "1234567890");
    }

    @Test
    void atATerminalItIsTypedTwiceAndNeverShown() throws Exception {
        var said = typed("open-sesame", "open-sesame");
        assertThat(said).startsWith("0: ").contains("Password: ", "Again: ").doesNotContain("open-sesame");
        assertHash(said, "open-sesame");
        // as in HASH=$(serai password)
        assertHash("0: " + Files.readString(folder.resolve("hash")), "open-sesame");
    }

    @Test
    void atATerminalTwoThatDifferAreRefused() throws Exception {
        assertThat(typed("open-sesame", "open-sesami"))
                .startsWith("2: ")
                .contains("the two differ")
                .doesNotContain("open-sesam", "$2b$");
    }

    private static void assertHash(String said, String password) {
        var hash = HASH.matcher(said);
        assertThat(hash.find()).as(said).isTrue();
        assertThat(new BCryptPasswordEncoder().matches(password, hash.group())).isTrue();
    }

    private static List<String> program() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                "io.serai.Serai",
                "password");
    }

    /** Exit code, and what is printed. */
    private static String said(List<String> words, String input) throws IOException, InterruptedException {
        var process = new ProcessBuilder(words).redirectErrorStream(true).start();
        try (var typing = process.outputWriter(StandardCharsets.UTF_8)) {
            typing.write(input);
        }
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return process.waitFor() + ": " + said;
    }

    /** Likewise at a terminal, whose answer goes to it and to a file; each line is typed when it is asked for. */
    private String typed(String first, String again) throws IOException, InterruptedException {
        assumeTrue(Files.isExecutable(SCRIPT), "the program script is not installed");
        var command = String.join(" ", program()) + " > " + folder.resolve("hash") + "; code=$?; cat "
                + folder.resolve("hash") + "; exit $code";
        var process = new ProcessBuilder(SCRIPT.toString(), "-qec", command, "/dev/null")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("screen").toFile())
                .start();
        try (var typing = process.outputWriter(StandardCharsets.UTF_8)) {
            Awaitility.await().until(() -> screen().contains("Password: "));
            typing.write(first + "\n");
            typing.flush();
            Awaitility.await().until(() -> screen().contains("Again: "));
            typing.write(again + "\n");
            typing.flush();
            var code = process.waitFor();
            return code + ": " + screen();
        }
    }

    private String screen() throws IOException {
        return Files.readString(folder.resolve("screen"));
    }
}
