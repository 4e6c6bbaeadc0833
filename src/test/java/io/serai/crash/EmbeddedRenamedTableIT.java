// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import java.util.Map;

class EmbeddedRenamedTableIT extends RenamedTableContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }

    @Override
    String proof() {
        return "renamed-table-embedded";
    }
}
