// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Finds routes and configuration: those of the working folder where it has them, else those shipped with the hub.
 *
 * @param working the folder the hub was started in
 * @param shipped the folder that holds {@code serai.jar}, or the repository in a build
 */
record Home(Path working, Path shipped) {

    static Home ofThisProcess() {
        return new Home(Path.of("").toAbsolutePath(), shippedFolder());
    }

    /** Properties that hold unless something else is configured. */
    Map<String, Object> defaults() {
        var defaults = new HashMap<String, Object>();
        defaults.put("serai.routes.directory", folder("routes").toString());
        if (!Files.isDirectory(working.resolve("config"))) {
            defaults.put(
                    "spring.config.additional-location",
                    "optional:" + shipped.resolve("config").toUri() + "/");
        }
        return defaults;
    }

    private Path folder(String name) {
        var own = working.resolve(name);
        return Files.isDirectory(own) ? own : shipped.resolve(name);
    }

    private static Path shippedFolder() {
        try {
            var code = Path.of(Serai.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            // target/serai/serai.jar, or target/classes in a build
            return Files.isRegularFile(code)
                    ? code.toAbsolutePath().resolveSibling("")
                    : code.resolve("../..").normalize();
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException("finding the hub's own folder failed", impossible);
        }
    }
}
