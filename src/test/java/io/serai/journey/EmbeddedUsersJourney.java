// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import java.util.Map;

class EmbeddedUsersJourney extends UsersContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
