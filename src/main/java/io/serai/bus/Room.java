// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * How much may be under way at once, in messages and in bytes, so that neither many nor large ones fill the memory.
 *
 * <p>A message larger than all the room goes alone. Thread-safe; in bytes, who waits longest goes first, or a large message
 * would wait for ever behind small ones.
 */
final class Room {

    private final Semaphore places;
    private final Semaphore bytes;
    private final int maxBytes;

    /** @param maxBytes up to 2 GB */
    Room(int maxPlaces, long maxBytes) {
        this.maxBytes = (int) Math.min(Integer.MAX_VALUE, maxBytes);
        this.places = new Semaphore(maxPlaces);
        this.bytes = new Semaphore(this.maxBytes, true);
    }

    /** Takes a place and its bytes, if they come free in that time; each successful call needs one {@link #leave}. */
    boolean tryEnter(int size, Duration patience) throws InterruptedException {
        var until = System.nanoTime() + patience.toNanos();
        if (!places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
            return false;
        }
        var entered = false;
        try {
            entered = bytes.tryAcquire(permits(size), Math.max(0, until - System.nanoTime()), TimeUnit.NANOSECONDS);
        } finally {
            if (!entered) {
                places.release();
            }
        }
        return entered;
    }

    /** @param size as it entered */
    void leave(int size) {
        bytes.release(permits(size));
        places.release();
    }

    private int permits(int size) {
        return Math.min(size, maxBytes);
    }
}
