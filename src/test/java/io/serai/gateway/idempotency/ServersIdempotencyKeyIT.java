// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.util.Map;

@HubServices
class ServersIdempotencyKeyIT extends IdempotencyKeyContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }
}
