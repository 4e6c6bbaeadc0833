// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** Lets one log line a second pass, since strangers can cause any number; counts those left out. Thread-safe. */
final class RareLines {

    static final long LEAVE_OUT = -1;

    private static final long PAUSE_MILLIS = 1_000;

    private final Clock clock;
    private final AtomicLong lastLine = new AtomicLong(-PAUSE_MILLIS);
    private final AtomicLong leftOut = new AtomicLong();

    RareLines(Clock clock) {
        this.clock = clock;
    }

    /** How many lines were left out since the last that passed, or {@link #LEAVE_OUT} for this one. */
    long next() {
        var now = clock.millis();
        var last = lastLine.get();
        if (now - last < PAUSE_MILLIS || !lastLine.compareAndSet(last, now)) {
            leftOut.incrementAndGet();
            return LEAVE_OUT;
        }
        return leftOut.getAndSet(0);
    }
}
