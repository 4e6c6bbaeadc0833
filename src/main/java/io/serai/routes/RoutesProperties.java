// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.routes.reload.Reloader.ChangeSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the routes are, and how they change while the hub runs.
 *
 * @param directory an existing folder of {@code *.camel.yaml}, {@code *.kamelet.yaml} and {@code *.java} files; checked
 *     before anything starts, since a hub that comes up without its routes looks well and does nothing
 * @param editable whether the API may change files, and start and stop routes; what is written to the folder goes live
 *     either way
 * @param changeSet what one bad file means for others that were written with it, or wait for it to be mended
 * @param pollInterval 50 ms to 10 s; a file is taken when two looks at the folder see the same
 * @param drainTimeout 100 ms to 5 min; how long a route may need to finish what it has in hand before it is replaced
 */
@ConfigurationProperties("serai.routes")
public record RoutesProperties(
        Path directory,
        @DefaultValue("true") boolean editable,
        @DefaultValue("file") ChangeSet changeSet,
        @DefaultValue("200ms") Duration pollInterval,
        @DefaultValue("10s") Duration drainTimeout) {

    public RoutesProperties {
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("serai.routes.directory: there is no folder "
                    + directory.toAbsolutePath() + "; create it, or name another");
        }
        check("poll-interval", pollInterval, Duration.ofMillis(50), Duration.ofSeconds(10));
        check("drain-timeout", drainTimeout, Duration.ofMillis(100), Duration.ofMinutes(5));
    }

    private static void check(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    "serai.routes." + name + ": expected " + least + " to " + most + ", got " + value);
        }
    }
}
