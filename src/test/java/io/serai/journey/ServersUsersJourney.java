// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersUsersJourney extends UsersContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
