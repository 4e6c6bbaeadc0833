// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs logins that failed, at most one line a second; the next line counts those left out.
 *
 * <p>The name comes from outside: control characters and line separators are replaced, and it is cut at 64 characters.
 */
final class FailedLogins {

    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    private static final long PAUSE_MILLIS = 1_000;
    private static final int MOST_CHARACTERS = 64;

    private final Clock clock;
    private final AtomicLong lastLine = new AtomicLong(-PAUSE_MILLIS);
    private final AtomicLong leftOut = new AtomicLong();

    FailedLogins(Clock clock) {
        this.clock = clock;
    }

    void failed(String name) {
        var now = clock.millis();
        var last = lastLine.get();
        if (now - last < PAUSE_MILLIS || !lastLine.compareAndSet(last, now)) {
            leftOut.incrementAndGet();
            return;
        }
        LOG.warn("login failed user=\"{}\" leftOut={}", printable(name), leftOut.getAndSet(0));
    }

    private static String printable(String name) {
        var cut = name.length() > MOST_CHARACTERS ? name.substring(0, MOST_CHARACTERS) + "…" : name;
        return cut.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}\"]", "?");
    }
}
