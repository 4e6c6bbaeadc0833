// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import java.io.IOException;
import java.time.Duration;

/** A request body did not arrive in time (HTTP 408); an {@link IOException}, since readers find it out while they read. */
public final class BodyTooSlow extends IOException {

    public BodyTooSlow(Duration limit) {
        super("reading body: it has not arrived within " + limit.toMillis()
                + " ms, send it faster or in parts (serai.gateway.body-timeout)");
    }
}
