// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.message.Printable;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs logins that failed, at most one line a second; the next line counts those left out.
 *
 * <p>The name comes from outside: it is made printable, its quotes replaced, and it is cut at 64 characters.
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
        LOG.warn(
                "login failed user=\"{}\" leftOut={}",
                Printable.of(name, MOST_CHARACTERS).replace('"', '?'),
                leftOut.getAndSet(0));
    }
}
