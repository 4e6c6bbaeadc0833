// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import java.io.IOException;

/** A request body is over the limit (HTTP 413); an {@link IOException}, since readers find it out while they read. */
public final class BodyTooLarge extends IOException {

    public BodyTooLarge(long limit) {
        super("reading body: it is over the limit of " + limit + " bytes (serai.gateway.max-body-size)");
    }
}
