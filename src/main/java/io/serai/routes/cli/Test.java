// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import io.serai.routes.test.CaseResult;
import io.serai.routes.test.RouteTester;
import io.serai.routes.test.TestedFiles;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.springframework.context.ConfigurableApplicationContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Runs the tests beside routes; needs neither broker nor database, and reaches no other system. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = "Runs the NAME.test.yaml beside routes: no broker, a database in memory, no other system.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:all passed", "1:some failed", "2:a path or a test file is not right"})
final class Test implements Callable<Integer> {

    private final Map<String, Object> defaults;
    private final Supplier<ConfigurableApplicationContext> apart;

    @Spec
    @SuppressWarnings("NullAway.Init") // by picocli
    private CommandSpec command;

    @Parameters(
            paramLabel = "PATH",
            description = "Test files, routes and folders below the routes folder. Without: all of it.")
    private List<Path> paths = List.of();

    @Option(names = "--format", description = "human, json or junit; default: ${DEFAULT-VALUE}", defaultValue = "human")
    private TestFormat format = TestFormat.human;

    Test(Map<String, Object> defaults, Supplier<ConfigurableApplicationContext> apart) {
        this.defaults = defaults;
        this.apart = apart;
    }

    @Override
    public Integer call() throws NoSuchFileException {
        var files = TestedFiles.of(
                new Configuration(defaults).routes().toAbsolutePath().normalize());
        var tests = selected(files);
        var results = new ArrayList<CaseResult>();
        try (var hub = apart.get()) {
            var tester = hub.getBean(RouteTester.class);
            tests.forEach(test -> results.addAll(tester.test(files, test)));
        }
        var out = command.commandLine().getOut();
        format.print(results, out);
        out.flush();
        return results.stream().allMatch(CaseResult::passed) ? 0 : Cli.FOUND;
    }

    private List<String> selected(TestedFiles files) throws NoSuchFileException {
        if (paths.isEmpty()) {
            return files.tests();
        }
        var selected = new ArrayList<String>();
        for (var path : paths) {
            var given = path.toAbsolutePath().normalize();
            if (!given.startsWith(files.directory()) || !Files.exists(given)) {
                throw new NoSuchFileException("there is no " + path + " in " + files.directory());
            }
            var relative = files.directory().relativize(given).toString().replace('\\', '/');
            var found = files.tests().stream()
                    .filter(test -> Files.isDirectory(given)
                            ? relative.isEmpty() || test.startsWith(relative + "/")
                            : test.equals(relative) || test.equals(TestedFiles.testOf(relative)))
                    .toList();
            if (found.isEmpty()) {
                throw new NoSuchFileException("there is no test of " + path);
            }
            selected.addAll(found);
        }
        return selected.stream().distinct().toList();
    }
}
