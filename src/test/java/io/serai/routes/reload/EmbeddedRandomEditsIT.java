// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.Map;

class EmbeddedRandomEditsIT extends RandomEditsContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
