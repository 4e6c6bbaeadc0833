// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.testing.Database;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresClaimsIT extends ClaimsContract {

    @Override
    Database database() {
        return SharedNodes.postgres().newDatabase();
    }
}
