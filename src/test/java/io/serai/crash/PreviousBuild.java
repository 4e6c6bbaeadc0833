// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * The hub of the version before this one.
 *
 * @param classes jar or folder; absent where there is none
 * @param reason why there is none
 */
record PreviousBuild(@Nullable Path classes, String reason) {

    static PreviousBuild find(Path folder) throws IOException, InterruptedException {
        var jar = System.getProperty("previous.jar");
        if (jar != null) {
            return new PreviousBuild(Path.of(jar).toAbsolutePath(), "");
        }
        var revision = System.getProperty("serai.crash.previous", "HEAD~1");
        var sources = Files.createDirectories(folder.resolve("sources"));
        var archive = folder.resolve("sources.tar");
        if (!run("git", "archive", "--output", archive.toString(), revision, "src/main")
                || !run("tar", "-xf", archive.toString(), "-C", sources.toString())) {
            return new PreviousBuild(
                    null, "no version before: git has no " + revision + " here, and -Dprevious.jar names none");
        }
        var classes = Files.createDirectories(folder.resolve("classes"));
        copy(sources.resolve("src/main/resources"), classes);
        // made by the build, and the same unless an option of a component has changed
        copy(Path.of("src/generated/resources"), classes);
        var options = new ArrayList<>(List.of(
                "-nowarn",
                "-proc:none",
                "-parameters",
                "--release",
                "17",
                "-d",
                classes.toString(),
                "-cp",
                libraries()));
        try (var before = Files.walk(sources.resolve("src/main/java"));
                var generated = Files.walk(Path.of("src/generated/java"))) {
            Stream.concat(before, generated)
                    .map(Path::toString)
                    .filter(name -> name.endsWith(".java"))
                    .forEach(options::add);
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        var said = new java.io.ByteArrayOutputStream();
        var done = compiler.run(null, said, said, options.toArray(String[]::new));
        return done == 0
                ? new PreviousBuild(classes, "")
                : new PreviousBuild(
                        null,
                        "the version before, " + revision + ", does not compile against the libraries of this one: "
                                + said);
    }

    /** The class path without this build. */
    static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(entry -> !entry.endsWith("classes") && !entry.endsWith("classes/"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    }

    private static void copy(Path from, Path to) throws IOException {
        if (!Files.isDirectory(from)) {
            return;
        }
        try (var files = Files.walk(from)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                var target = to.resolve(from.relativize(file).toString());
                Files.createDirectories(target.getParent());
                Files.copy(file, target);
            }
        }
    }
}
