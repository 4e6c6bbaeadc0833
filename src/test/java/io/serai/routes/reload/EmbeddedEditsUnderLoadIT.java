// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import java.util.Map;

class EmbeddedEditsUnderLoadIT extends EditsUnderLoadContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
