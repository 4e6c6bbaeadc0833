// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.lint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is shipped, and what people write, has no findings that would keep it from being taken. */
class ShippedRoutesLintTest {

    @Test
    void shippedRoutesHaveNoFindings() throws IOException {
        var files = read(Path.of("routes"));
        assertThat(files).hasSizeGreaterThan(10);
        assertThat(Tree.LINTER.lint(files, files)).isEmpty();
    }

    /** Short and long forms, kamelets, Camel K, templates, beans: written for this, in the styles that are about. */
    @Test
    void routesInTheStylesThatPeopleWriteHaveNoErrors() throws IOException {
        var files = read(Path.of("src/test/resources/lint"));
        assertThat(files).hasSizeGreaterThan(5);
        for (var file : files) {
            assertThat(Tree.LINTER.lint(List.of(file), List.of(file)))
                    .filteredOn(each -> each.severity() == Severity.ERROR)
                    .isEmpty();
        }
    }

    private static List<RouteFile> read(Path folder) throws IOException {
        var read = new ArrayList<RouteFile>();
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(Files::isRegularFile).sorted().toList()) {
                read.add(
                        new RouteFile(folder.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file)));
            }
        }
        return read;
    }
}
