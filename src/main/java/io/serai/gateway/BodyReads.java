// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.message.Unavailable;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Bounds how many threads of the server wait for clients that send their bodies slowly.
 *
 * <p>At most three quarters wait at a time, so that requests without a body, health among them, always find a thread.
 * Bodies that the hub does not need are read to their end only where that takes a second at the most, and by few threads.
 * Thread-safe.
 */
final class BodyReads {

    private static final long PATIENCE_MILLIS = 200;
    private static final long UNREAD_NANOS = Duration.ofSeconds(1).toNanos();

    private final Semaphore reads;
    private final Semaphore unread;

    /** @param threads that serve requests, 1 or more */
    BodyReads(int threads) {
        this.reads = new Semaphore(Math.max(1, threads * 3 / 4));
        this.unread = new Semaphore(Math.max(1, threads / 8));
    }

    /**
     * Reads a part of a body that may take its time to arrive.
     *
     * @throws Unavailable when as many reads as allowed wait already
     */
    int read(Read part) throws IOException {
        if (!acquired()) {
            throw new Unavailable("reading body: too many clients send theirs slowly, try again");
        }
        try {
            return part.read();
        } finally {
            reads.release();
        }
    }

    /** Reads on, so that the client gets its answer and may keep its connection; gives up where that takes long. */
    void skip(InputStream body) throws IOException {
        if (!unread.tryAcquire()) {
            return;
        }
        try {
            var end = System.nanoTime() + UNREAD_NANOS;
            var buffer = new byte[16 << 10];
            while (body.read(buffer) >= 0 && System.nanoTime() < end) {
                // nobody needs it
            }
        } finally {
            unread.release();
        }
    }

    private boolean acquired() {
        try {
            return reads.tryAcquire(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** One read, which may wait. */
    interface Read {
        int read() throws IOException;
    }
}
