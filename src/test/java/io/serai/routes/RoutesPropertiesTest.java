// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class RoutesPropertiesTest {

    @TempDir
    Path folder;

    private final ApplicationContextRunner hub = new ApplicationContextRunner().withUserConfiguration(Enabled.class);

    @Test
    void aFolderThatIsThereIsTaken() {
        hub.withPropertyValues("serai.routes.directory=" + folder)
                .run(context -> assertThat(
                                context.getBean(RoutesProperties.class).directory())
                        .isEqualTo(folder));
    }

    @Test
    void aFolderThatIsNotThereStopsTheStartAndIsNamed() {
        var missing = folder.resolve("rotues");
        hub.withPropertyValues("serai.routes.directory=" + missing)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("serai.routes.directory: there is no folder " + missing));
    }

    @EnableConfigurationProperties(RoutesProperties.class)
    private static final class Enabled {}
}
