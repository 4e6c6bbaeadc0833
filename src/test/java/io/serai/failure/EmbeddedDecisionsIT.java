// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.util.Map;

class EmbeddedDecisionsIT extends DecisionsContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
