// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTest {

    @TempDir
    Path folder;

    @Test
    void routesAndConfigurationOfTheWorkingFolderWin() throws IOException {
        var working = Files.createDirectories(folder.resolve("my work"));
        Files.createDirectory(working.resolve("routes"));
        Files.createDirectory(working.resolve("config"));

        var defaults = new Home(working, folder.resolve("hub")).defaults();

        assertThat(defaults)
                .containsEntry(
                        "serai.routes.directory", working.resolve("routes").toString())
                .doesNotContainKey("spring.config.additional-location");
    }

    @Test
    void anEmptyWorkingFolderTakesWhatIsShipped() throws IOException {
        var working = Files.createDirectories(folder.resolve("wörk"));
        var shipped = Files.createDirectories(folder.resolve("hub"));

        var defaults = new Home(working, shipped).defaults();

        assertThat(defaults)
                .containsEntry(
                        "serai.routes.directory", shipped.resolve("routes").toString())
                .containsEntry(
                        "spring.config.additional-location",
                        "optional:" + shipped.resolve("config").toUri() + "/");
    }

    @Test
    void aBuildShipsTheRepositorysOwnRoutes() {
        assertThat(Home.ofThisProcess().shipped().resolve("pom.xml")).isRegularFile();
    }
}
