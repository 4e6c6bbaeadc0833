// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.Map;

class EmbeddedOrdersJourney extends OrdersContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    /** The embedded broker writes at each start where it is. */
    @Override
    URI broker() {
        try {
            return URI.create(
                    Files.readString(folder.resolve("data/broker.url")).strip());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }
}
