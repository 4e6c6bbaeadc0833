// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import io.serai.testing.Database;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;

@HubServices(HubServices.Kind.POSTGRES)
class PostgresRegistryIT extends RegistryContract {

    @Override
    Database database() {
        return SharedNodes.postgres().newDatabase();
    }
}
