// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.message.Printable;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs logins that failed, at most one line a second; the next line counts those left out.
 *
 * <p>The name comes from outside: it is made printable, its quotes replaced, and it is cut at 64 characters.
 */
final class FailedLogins {

    private static final Logger LOG = LoggerFactory.getLogger(FailedLogins.class);
    private static final int MOST_CHARACTERS = 64;

    private final RareLines lines;

    FailedLogins(Clock clock) {
        this.lines = new RareLines(clock);
    }

    /** @param address where the login came from */
    void failed(String name, String address) {
        var leftOut = lines.next();
        if (leftOut != RareLines.LEAVE_OUT) {
            LOG.warn(
                    "login failed from={} user=\"{}\" leftOut={}",
                    address,
                    Printable.of(name, MOST_CHARACTERS).replace('"', '?'),
                    leftOut);
        }
    }
}
