// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.util.Map;

class EmbeddedSubscriberFailuresIT extends SubscriberFailuresContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
