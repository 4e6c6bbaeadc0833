// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.message.Unavailable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryIT {

    @TempDir
    Path temporary;

    @Test
    void isMadeWhenAbsentAndFreeAgainAfterClosing() throws Exception {
        var path = temporary.resolve("a/b");
        new DataDirectory(path).close();
        new DataDirectory(path).close();

        assertThat(path).isDirectory();
    }

    @Test
    void aSecondHubInTheSameProcessIsRefused() throws Exception {
        try (var first = new DataDirectory(temporary)) {
            assertThatThrownBy(() -> new DataDirectory(temporary))
                    .isInstanceOf(DataDirectoryInUse.class)
                    .hasMessageContaining(first.resolve("").toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("serai.embedded.data");
        }
    }

    @Test
    void aSecondHubInAnotherProcessIsRefusedUntilThatOneIsKilled() throws Exception {
        try (var hub = Child.start(temporary)) {
            hub.awaitConfirmed(1);

            assertThatThrownBy(() -> new DataDirectory(temporary)).hasMessageContaining("process " + hub.pid());

            hub.kill();
            new DataDirectory(temporary).close();
        }
    }

    @Test
    void onlyItsOwnerMayReadItWhateverItsFilesAllowedBefore() throws Exception {
        var database = Files.createDirectories(temporary.resolve("database"));
        var file = Files.writeString(database.resolve("serai.mv.db"), "secret");
        for (var each : List.of(temporary, database, file)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }

        new DataDirectory(temporary).close();

        assertThat(permissions(temporary)).isEqualTo("rwx------");
        assertThat(permissions(database)).isEqualTo("rwx------");
        assertThat(permissions(file)).isEqualTo("rw-------");
        assertThat(permissions(temporary.resolve(".lock"))).isEqualTo("rw-------");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aFileInItsPlaceIsNamed() throws Exception {
        var file = Files.writeString(temporary.resolve("file"), "");

        assertThatThrownBy(() -> new DataDirectory(file))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining(file.toString());
    }

    @Test
    void theRefusalIsExplainedAtStart() {
        var refusal = new DataDirectoryInUse(temporary, "process 42");
        var page = new DataDirectoryInUseAnalyzer().analyze(new IllegalStateException(refusal));

        assertThat(page).isNotNull();
        assertThat(page.getDescription()).contains(temporary.toString(), "process 42");
        assertThat(page.getAction()).contains("--serai.embedded.data");
    }
}
