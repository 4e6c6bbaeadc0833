// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.gateway.gate.RoutesAwaited;

/** Whether the routes are there, and whether some of them are being replaced. Thread-safe. */
final class Progress implements RoutesAwaited {

    private volatile boolean started;
    private volatile boolean swapping;

    @Override
    public boolean areStarted() {
        return started;
    }

    void started() {
        started = true;
    }

    void swapping(boolean now) {
        swapping = now;
    }

    /** A route that is not there may be in a moment. */
    boolean mayCome() {
        return !started || swapping;
    }
}
