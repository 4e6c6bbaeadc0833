// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.util.Map;
import org.junit.jupiter.api.Tag;

@Tag("long")
class EmbeddedUsersJourney extends UsersContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
