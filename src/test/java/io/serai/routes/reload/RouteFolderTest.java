// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.routes.lint.RouteFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class RouteFolderTest {

    @TempDir
    private Path directory;

    private RouteFolder folder;

    @BeforeEach
    void folder() {
        folder = new RouteFolder(directory);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aFileThatIsWrittenAgainKeepsItsPermissions() throws IOException {
        folder.write(file("t/a.camel.yaml", "first"));
        var path = directory.resolve("t/a.camel.yaml");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-r--"));

        folder.write(file("t/a.camel.yaml", "second"));

        assertThat(path).hasContent("second");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                .isEqualTo("rw-rw-r--");
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aNewFileHasThePermissionsOfAnyNewFile() throws IOException {
        folder.write(file("t/a.camel.yaml", "first"));
        var other = Files.writeString(directory.resolve("other"), "x");

        assertThat(Files.getPosixFilePermissions(directory.resolve("t/a.camel.yaml")))
                .isEqualTo(Files.getPosixFilePermissions(other));
    }

    @Test
    void foldersGoAwayWithTheirLastFile() throws IOException {
        folder.write(file("t/deep/a.camel.yaml", "a"));
        folder.write(file("t/deep/b.camel.yaml", "b"));
        folder.write(file("t/c.camel.yaml", "c"));

        folder.delete("t/deep/a.camel.yaml");
        assertThat(directory.resolve("t/deep")).exists();
        folder.delete("t/deep/b.camel.yaml");

        assertThat(directory.resolve("t/deep")).doesNotExist();
        assertThat(folder.paths()).containsExactly("t/c.camel.yaml");
        folder.delete("t/c.camel.yaml");
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aFolderWithAHiddenFileStays() throws IOException {
        folder.write(file("t/a.camel.yaml", "a"));
        Files.writeString(directory.resolve("t/.keep"), "");

        folder.delete("t/a.camel.yaml");

        assertThat(directory.resolve("t/.keep")).exists();
    }

    private static RouteFile file(String path, String content) {
        return new RouteFile(path, content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
}
