// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.util.Map;

class EmbeddedLostTailIT extends LostTailContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    @Override
    int hubs() {
        return 1;
    }

    @Override
    String proof() {
        return "lost-tail-embedded";
    }
}
