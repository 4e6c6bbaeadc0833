// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import java.nio.file.Files;
import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the routes are.
 *
 * @param directory an existing folder of {@code *.camel.yaml} and {@code *.java} files; checked before anything starts, since
 *     a hub that comes up without its routes looks well and does nothing
 */
@ConfigurationProperties("serai.routes")
record RoutesProperties(Path directory) {

    RoutesProperties {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("serai.routes.directory: there is no folder "
                    + directory.toAbsolutePath() + "; create it, or name another");
        }
    }
}
