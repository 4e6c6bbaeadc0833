// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Remembers since when nobody takes back what failed in an origin, as this hub has seen it: a hub that was away knows
 * nothing, and begins anew. Not thread-safe.
 */
final class Absences {

    /** @param since and until: {@link System#nanoTime()} */
    private record Absence(long since, long until) {}

    /** What is due is looked at more often than that. */
    private static final Duration UNSEEN = Duration.ofMinutes(1);

    private final Map<Origin, Absence> absences = new HashMap<>();
    private final Duration patience;

    Absences(Duration patience) {
        this.patience = patience;
    }

    /** Notes that there is nobody now; whether that has been so for long enough to give up. */
    boolean areTooLong(Origin origin) {
        var now = System.nanoTime();
        var absence = absences.merge(
                origin,
                new Absence(now, now),
                (known, fresh) ->
                        now - known.until() > UNSEEN.toNanos() ? fresh : new Absence(known.since(), fresh.until()));
        return now - absence.since() >= patience.toNanos();
    }

    /** Notes that there is somebody. */
    void end(Origin origin) {
        absences.remove(origin);
    }

    Duration patience() {
        return patience;
    }
}
