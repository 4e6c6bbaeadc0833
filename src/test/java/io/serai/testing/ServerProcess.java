// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs one server program for a test and leaves nothing behind, however the test's JVM ends.
 *
 * <p>A shell holds the leash: it reads the pid of the server from this JVM, and when the pipe ends (close, exit, crash,
 * kill -9) it kills that pid and removes the folder. The program must not fork away: its pid is the server's. Its output
 * goes to {@code output} in the folder. Not for use by several threads.
 */
final class ServerProcess implements AutoCloseable {

    private static final int STOP_SECONDS = 30;
    private static final String NONE = "-";
    // Waits a little before it removes the folder: children of a killed server may write for a moment longer.
    private static final String LEASH = """
            trap '' INT TERM HUP
            pid=-
            while read -r line; do pid=$line; done
            if [ "$pid" != - ]; then kill -9 "$pid"; sleep 1; fi
            rm -rf "$1"
            """;

    private final Path folder;
    private final Process leash;
    private @Nullable Process process;

    /** @param folder holds the output; removed on close */
    ServerProcess(Path folder) {
        this.folder = folder;
        try {
            this.leash = new ProcessBuilder("sh", "-c", LEASH, "leash", folder.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the program; its output is appended to what earlier starts wrote. */
    void start(ProcessBuilder program) {
        kill9();
        program.redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(outputFile().toFile()));
        try {
            process = program.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        leash(Long.toString(process.pid()));
    }

    /** Of the server while it runs. */
    long pid() {
        if (process == null) {
            throw new IllegalStateException("the server has not been started");
        }
        return process.pid();
    }

    boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Kills the server and its children as a power cut would; returns when they are gone. */
    void kill9() {
        if (process == null) {
            return;
        }
        var children = process.descendants().toList();
        process.destroyForcibly().onExit().join();
        children.forEach(child -> {
            child.destroyForcibly();
            child.onExit().join();
        });
        forget();
    }

    /** Asks the server to end (SIGTERM) and returns when it has; killed after 30 seconds, which is an error. */
    void stop() {
        stop("TERM");
    }

    void stop(String signal) {
        if (process == null) {
            return;
        }
        signal(process, signal);
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill9();
                throw new IllegalStateException("stopping %s: still alive after %d s, killed. Its output:%n%s"
                        .formatted(folder.getFileName(), STOP_SECONDS, output()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            kill9();
        }
        forget();
    }

    /** All that the server printed since the first start. */
    String output() {
        try {
            return Files.exists(outputFile()) ? Files.readString(outputFile()) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill9();
        try {
            leash.getOutputStream().close();
            leash.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void signal(Process process, String signal) {
        try {
            new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(signal, process.pid()))
                    .start()
                    .onExit()
                    .join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void forget() {
        process = null;
        leash(NONE);
    }

    private void leash(String pid) {
        try {
            OutputStream pipe = leash.getOutputStream();
            pipe.write((pid + "\n").getBytes(StandardCharsets.US_ASCII));
            pipe.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path outputFile() {
        return folder.resolve("output");
    }
}
