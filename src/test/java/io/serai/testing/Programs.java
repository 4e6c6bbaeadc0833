// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds server programs of this machine where packages put them, and on the PATH. */
final class Programs {

    private Programs() {}

    // Debian's rabbitmq-server on the PATH is a wrapper that changes user and folder; the script itself comes first
    // here.
    static Optional<Path> rabbitmqServer() {
        return find("rabbitmq-server", folders("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/opt/homebrew/sbin"));
    }

    static Optional<Path> rabbitmqctl() {
        return find("rabbitmqctl", folders("/usr/lib/rabbitmq/bin", "/opt/rabbitmq/sbin", "/opt/homebrew/sbin"));
    }

    static Optional<Path> epmd() {
        return find("epmd", folders("/usr/lib/erlang/bin", "/opt/homebrew/bin"));
    }

    /** The {@code postgres} of the newest version that is installed; {@code initdb} is beside it. */
    static Optional<Path> postgres() {
        var folders = new ArrayList<>(versions(Path.of("/usr/lib/postgresql")));
        folders.addAll(folders("/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql/bin"));
        return find("postgres", folders);
    }

    static boolean runningAsRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static List<Path> versions(Path root) {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(root)) {
            return versions.filter(version -> version.getFileName().toString().matches("\\d+"))
                    .sorted(Comparator.comparing((Path version) ->
                                    Integer.valueOf(version.getFileName().toString()))
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> folders(String... folders) {
        return Stream.of(folders).map(Path::of).toList();
    }

    private static Optional<Path> find(String program, List<Path> folders) {
        var path = Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of);
        return Stream.concat(folders.stream(), path)
                .map(folder -> folder.resolve(program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
