// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

class EmbeddedDeadlyMessageJourney extends DeadlyMessageContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    @Override
    URI broker(Path folder, Map<String, String> servers) throws IOException {
        return URI.create(Files.readString(folder.resolve("data/broker.url")).strip());
    }

    @Override
    String proof() {
        return "deadly-message-embedded";
    }
}
