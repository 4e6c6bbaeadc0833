// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersRandomEditsIT extends RandomEditsContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
