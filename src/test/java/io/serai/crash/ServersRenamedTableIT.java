// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersRenamedTableIT extends RenamedTableContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    String proof() {
        return "renamed-table-servers";
    }
}
