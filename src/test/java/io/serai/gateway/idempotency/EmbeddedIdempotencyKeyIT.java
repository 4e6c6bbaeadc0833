// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import java.util.Map;

class EmbeddedIdempotencyKeyIT extends IdempotencyKeyContract {

    @Override
    Map<String, String> servers() {
        return Map.of();
    }
}
