// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs commands as a person would paste them: with bash, in one folder; curl is needed besides. */
final class Terminal {

    private static final int SECONDS = 30;

    private final Path folder;
    private final Path output;

    /** @param output another folder, for what is printed */
    Terminal(Path folder, Path output) {
        this.folder = folder;
        this.output = output;
    }

    /** Why there can be none here, if so. */
    static Optional<String> missing() {
        try {
            var found = new ProcessBuilder("bash", "-c", "command -v curl").start();
            return found.waitFor() == 0 ? Optional.empty() : Optional.of("no curl on the PATH");
        } catch (IOException noBash) {
            return Optional.of("no bash on the PATH");
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** Runs commands to their end, without failure, and returns what they print. */
    String run(String commands) {
        var screen = start(commands);
        try {
            var ended = screen.process.waitFor(SECONDS, TimeUnit.SECONDS);
            assertThat(ended && screen.process.exitValue() == 0)
                    .as("running %s printed %s", commands, screen.text() + text(screen.complaints))
                    .isTrue();
            return screen.text();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        } finally {
            screen.close();
        }
    }

    /** Starts commands that go on; the caller closes. */
    Screen start(String commands) {
        try {
            var shown = Files.createTempFile(output, "shown", ".txt");
            var complaints = Files.createTempFile(output, "complaints", ".txt");
            var program = new ProcessBuilder("bash", "-c", commands)
                    .directory(folder.toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(shown.toFile())
                    .redirectError(complaints.toFile());
            // no settings of whoever runs the test
            program.environment().put("HOME", folder.toString());
            program.environment().put("NO_PROXY", "*");
            return new Screen(program.start(), shown, complaints);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What commands that run have printed so far. */
    record Screen(Process process, Path shown, Path complaints) implements AutoCloseable {

        String text() {
            return Terminal.text(shown);
        }

        @Override
        public void close() {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
