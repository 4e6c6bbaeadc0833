// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A daemon thread with work that ends by itself once it is told to. */
final class Worker {

    private static final long PATIENCE = TimeUnit.SECONDS.toMillis(20);

    private volatile @Nullable Thread thread;

    void start(String name, Runnable work) {
        var started = new Thread(work, name);
        started.setDaemon(true);
        thread = started;
        started.start();
    }

    /** Waits for its end, 20 s at the most. */
    void join() {
        var started = thread;
        if (started != null) {
            try {
                started.join(PATIENCE);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
