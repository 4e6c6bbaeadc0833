// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Makes hubs with the users of the shipped routes and the subscribers of src/test/resources/crash. */
final class Hubs {

    private static final Path OWN = Path.of("src/test/resources/crash");

    private Hubs() {}

    /** A hub, not yet started, with data in that folder. */
    static HubProcess in(Path folder, Map<String, String> servers, OtherSystem system) throws IOException {
        var routes = folder.resolve("routes");
        for (var file : List.of("users/users-api.camel.yaml", "users/db/V1__users.sql", "schemas/user.schema.json")) {
            copy(Path.of("routes", file), routes.resolve(file));
        }
        for (var file : List.of("subscribers.camel.yaml", "db/V1__crash.sql")) {
            copy(OWN.resolve("routes").resolve(file), routes.resolve("crash").resolve(file));
        }
        return HubProcess.in(folder)
                .with(servers)
                .with("serai.routes.directory", routes)
                .with("crash.system", system.address())
                .with("serai.bus.immediate-retries", 0)
                .with("serai.failure.policies.quick.delays", "500ms" + ",500ms".repeat(20))
                .with("serai.failure.policies.stubborn.delays", "500ms" + ",500ms".repeat(999));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        Files.copy(from, to);
    }
}
