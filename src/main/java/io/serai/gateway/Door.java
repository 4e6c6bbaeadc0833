// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Counts who is inside, and while it is held lets nobody in. Thread-safe. */
final class Door {

    private int inside;
    private @Nullable List<Runnable> waiting;

    /** Comes in, unless the door is held; whoever comes in leaves again, once. */
    synchronized boolean enter() {
        if (waiting != null) {
            return false;
        }
        inside++;
        return true;
    }

    synchronized void leave() {
        inside--;
    }

    synchronized int inside() {
        return inside;
    }

    synchronized void hold() {
        if (waiting == null) {
            waiting = new ArrayList<>();
        }
    }

    /** Runs when the door is opened; at once where it is open. */
    void whenOpen(Runnable next) {
        synchronized (this) {
            if (waiting != null) {
                waiting.add(next);
                return;
            }
        }
        next.run();
    }

    void open() {
        List<Runnable> all;
        synchronized (this) {
            all = waiting == null ? List.of() : waiting;
            waiting = null;
        }
        all.forEach(Runnable::run);
    }
}
