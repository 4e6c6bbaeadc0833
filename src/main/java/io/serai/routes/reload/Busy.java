// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

/** Routes have more in hand than they finish in time, so nothing was changed; it is tried again. */
final class Busy extends Exception {

    Busy(String message) {
        super(message);
    }
}
