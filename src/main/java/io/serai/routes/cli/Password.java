// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder.BCryptVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Asks for a password and prints its bcrypt hash, as {@code serai.security.users} takes it.
 *
 * <p>At a terminal it asks twice and shows nothing of what is typed, also where the hash goes to a file; else it reads the
 * first line of its input.
 */
@Command(
        name = "password",
        mixinStandardHelpOptions = true,
        description =
                "Asks for a password, or reads it from its input, and prints its bcrypt hash for a user of the hub.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:the hash was printed", "2:no password, two that differ, or one over 72 bytes"})
final class Password implements Callable<Integer> {

    private static final int COST = 10;
    /** Bcrypt takes no more. */
    private static final int MOST_BYTES = 72;

    private final BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var password = isTerminal() ? typed() : input.readLine();
        if (password == null || password.isEmpty()) {
            throw new IOException("there is no password; type one, or write one line into the input");
        }
        if (password.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
            throw new IOException("the password is longer than " + MOST_BYTES + " bytes, choose a shorter one");
        }
        var out = command.commandLine().getOut();
        out.println(new BCryptPasswordEncoder(BCryptVersion.$2B, COST).encode(password));
        out.flush();
        return 0;
    }

    private @Nullable String typed() throws IOException, InterruptedException {
        // an end by Ctrl-C leaves the terminal as it was, too
        var shown = new Thread(() -> onTerminal("stty", "echo"));
        Runtime.getRuntime().addShutdownHook(shown);
        onTerminal("stty", "-echo");
        try {
            var first = ask("Password: ");
            if (first != null && !first.isEmpty() && !first.equals(ask("Again: "))) {
                throw new IOException("the two differ, try again");
            }
            return first;
        } finally {
            Runtime.getRuntime().removeShutdownHook(shown);
            onTerminal("stty", "echo");
        }
    }

    private @Nullable String ask(String prompt) throws IOException {
        var err = command.commandLine().getErr();
        err.print(prompt);
        err.flush();
        var line = input.readLine();
        err.println();
        return line;
    }

    private static boolean isTerminal() {
        return onTerminal("test", "-t", "0");
    }

    /** Runs a program that has this one's input; whether it has done what it was asked. */
    private static boolean onTerminal(String... words) {
        try {
            return new ProcessBuilder(words).inheritIO().start().waitFor() == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
