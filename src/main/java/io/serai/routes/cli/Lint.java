// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import io.serai.routes.lint.Finding;
import io.serai.routes.lint.RouteFile;
import io.serai.routes.lint.RouteLinter;
import io.serai.routes.lint.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what is wrong with route files; needs neither broker nor database, and runs nothing of them. */
@Command(
        name = "lint",
        mixinStandardHelpOptions = true,
        description = "Says what is wrong with route files. Nothing of them is run.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:no errors", "1:errors", "2:a path is not there, or an option is wrong"})
final class Lint implements Callable<Integer> {

    private final Map<String, Object> defaults;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Parameters(paramLabel = "PATH", description = "Route files and folders. Without: the routes folder of this hub.")
    private List<Path> paths = List.of();

    @Option(
            names = "--format",
            description = "human, json, sarif (2.1.0) or junit; default: ${DEFAULT-VALUE}",
            defaultValue = "human")
    private Format format = Format.human;

    Lint(Map<String, Object> defaults) {
        this.defaults = defaults;
    }

    @Override
    public Integer call() throws IOException {
        var configuration = new Configuration(defaults);
        var routes = configuration.routes().toAbsolutePath().normalize();
        var linter =
                new RouteLinter(configuration.retryPolicies(), subscription -> Optional.empty(), configuration::has);
        var findings = new ArrayList<Finding>();
        var files = 0;
        for (var group : byRoot(routes).entrySet()) {
            var root = group.getKey();
            var changed = new ArrayList<RouteFile>();
            for (var file : group.getValue()) {
                changed.add(read(root, file));
            }
            var all = new LinkedHashMap<String, RouteFile>();
            for (var file : root.equals(routes) ? filesOf(root) : List.<Path>of()) {
                var read = read(root, file);
                all.put(read.path(), read);
            }
            changed.forEach(file -> all.put(file.path(), file));
            linter.lint(changed, all.values()).forEach(each -> findings.add(shown(root, each)));
            files += changed.size();
        }
        var out = command.commandLine().getOut();
        format.print(findings, files, out);
        out.flush();
        return findings.stream().anyMatch(each -> each.severity() == Severity.ERROR) ? Cli.FOUND : 0;
    }

    /** Files to lint by the folder that their paths are relative to: they are one tree where they are of one hub. */
    private Map<Path, List<Path>> byRoot(Path routes) throws IOException {
        var groups = new LinkedHashMap<Path, List<Path>>();
        for (var path : paths.isEmpty() ? List.of(routes) : paths) {
            var given = path.toAbsolutePath().normalize();
            if (Files.isDirectory(given)) {
                var root = given.startsWith(routes) ? routes : given;
                groups.computeIfAbsent(root, key -> new ArrayList<>()).addAll(filesOf(given));
            } else if (Files.isRegularFile(given)) {
                var root = given.startsWith(routes) ? routes : given.resolveSibling("");
                groups.computeIfAbsent(root, key -> new ArrayList<>()).add(given);
            } else {
                throw new NoSuchFileException("there is no file or folder " + path);
            }
        }
        return groups;
    }

    private static List<Path> filesOf(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> RouteLinter.isRoute(file.getFileName().toString()))
                    .sorted()
                    .toList();
        }
    }

    private static RouteFile read(Path root, Path file) throws IOException {
        return new RouteFile(root.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
    }

    /** With a path that leads there from where the command was given. */
    private static Finding shown(Path root, Finding finding) {
        var here = Path.of("").toAbsolutePath();
        var file = root.resolve(finding.file());
        var shown = file.startsWith(here) ? here.relativize(file) : file;
        return new Finding(
                finding.severity(),
                shown.toString().replace('\\', '/'),
                finding.line(),
                finding.column(),
                finding.rule(),
                finding.message(),
                finding.hint());
    }
}
