// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import java.util.Map;

class EmbeddedLedgerIT extends LedgerContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
