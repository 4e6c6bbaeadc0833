// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.security.SecureRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes event ids: UUID version 7, so that ids of one time lie together in an index.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7">RFC 9562, section 5.7</a>
 */
public final class EventIds {

    /** Distinguishes this process; ids are unique, not secret, so the rest may come from a fast generator. */
    private static final long PROCESS = new SecureRandom().nextLong();

    private EventIds() {}

    /** Makes the next id, in the canonical text form of 36 characters. */
    public static String next() {
        var random = ThreadLocalRandom.current();
        long high = (System.currentTimeMillis() << 16) | 0x7000L | (random.nextLong() & 0x0FFFL);
        long low = 0x8000_0000_0000_0000L | ((random.nextLong() ^ PROCESS) >>> 2);
        return new UUID(high, low).toString();
    }
}
