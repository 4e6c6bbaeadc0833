// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.serai.testing.HubServices;
import java.util.Map;
import org.junit.jupiter.api.Tag;

@HubServices
@Tag("long")
class EmbeddedDatabaseStoreAndForwardIT extends StoreAndForwardContract {

    @Override
    Map<String, String> database() {
        return Map.of();
    }
}
