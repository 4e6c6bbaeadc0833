// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersLedgerIT extends LedgerContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
