// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import io.serai.message.Invalid;
import io.serai.routes.lint.RouteFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files a test works with: a folder, and drafts that take the place of files in it.
 *
 * @param directory the routes folder
 * @param drafts content by path
 */
public record TestedFiles(Path directory, Map<String, byte[]> drafts) {

    private static final List<String> ROUTES = List.of(".camel.yaml", ".yaml", ".java");

    /** In YAML an item of the file, in Java a builder or its method; a mention that is none does no harm. */
    private static final Pattern CONFIGURATION =
            Pattern.compile("\\b(routeConfiguration|route-configuration|RouteConfigurationBuilder)\\b");

    public static TestedFiles of(Path directory) {
        return new TestedFiles(directory, Map.of());
    }

    /** The test file of a route: {@code users/greet-user.test.yaml} of {@code users/greet-user.camel.yaml}. */
    public static String testOf(String route) {
        return ROUTES.stream()
                .filter(route::endsWith)
                .findFirst()
                .map(suffix -> route.substring(0, route.length() - suffix.length()) + RouteTestFile.SUFFIX)
                .orElseThrow(() -> new Invalid(route + " is no route: its name ends with .camel.yaml or .java"));
    }

    /** The test files below the folder, by path. */
    public List<String> tests() {
        return paths().filter(each -> each.endsWith(RouteTestFile.SUFFIX)).toList();
    }

    /** The SQL files of the folder and of the drafts, among them the migrations of flows. */
    List<RouteFile> scripts() {
        return withDrafts()
                .filter(each -> each.endsWith(".sql"))
                .map(each -> new RouteFile(each, read(each)))
                .toList();
    }

    /** The route files that hold a {@code routeConfiguration}, which other files may need, by path. */
    List<String> configurations() {
        return withDrafts()
                .filter(each -> !each.endsWith(RouteTestFile.SUFFIX))
                .filter(each -> ROUTES.stream().anyMatch(each::endsWith))
                .filter(each -> CONFIGURATION
                        .matcher(new String(read(each), StandardCharsets.UTF_8))
                        .find())
                .toList();
    }

    private Stream<String> withDrafts() {
        return Stream.concat(paths(), drafts.keySet().stream()).distinct().sorted();
    }

    private Stream<String> paths() {
        try (Stream<Path> all = Files.walk(directory)) {
            return all
                    .filter(Files::isRegularFile)
                    .map(each -> directory.relativize(each).toString().replace('\\', '/'))
                    .sorted()
                    .toList()
                    .stream();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /** @throws Invalid where there is no such file in the folder */
    byte[] read(String path) {
        var draft = drafts.get(path);
        if (draft != null) {
            return draft;
        }
        var file = directory.resolve(path).normalize();
        try {
            if (!file.startsWith(directory.normalize()) || !Files.isRegularFile(file)) {
                throw new Invalid("there is no file " + path + " in the routes folder");
            }
            return Files.readAllBytes(file);
        } catch (IOException unreadable) {
            throw new Invalid("reading " + path + ": " + unreadable, unreadable);
        }
    }

    /** The route that a test file tests: {@code users/greet-user.camel.yaml} of {@code users/greet-user.test.yaml}. */
    String testedBy(String test) {
        var stem = test.substring(0, test.length() - RouteTestFile.SUFFIX.length());
        return ROUTES.stream()
                .map(stem::concat)
                .filter(path -> drafts.containsKey(path) || Files.isRegularFile(directory.resolve(path)))
                .findFirst()
                .orElseThrow(
                        () -> new Invalid(test + ": there is no route beside it, such as " + stem + ".camel.yaml"));
    }
}
