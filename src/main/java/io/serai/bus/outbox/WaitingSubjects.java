// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The subjects that have rows in the outbox, as far as this hub can know. May name one whose rows are gone by now, never
 * leaves out one that this hub wrote or that was there when it last looked.
 *
 * <p>Until the first look, and while there are more rows than {@link #MAX_SEEN}, every subject counts as waiting. Thread-safe;
 * bounded by that number and by what this hub writes between two looks.
 */
final class WaitingSubjects {

    /** Rows read in one look. */
    static final int MAX_SEEN = 1000;

    /**
     * What this hub writes.
     *
     * @param open writes whose transaction is not over
     * @param committed whether one was committed, at that {@code System.nanoTime()}
     */
    private record Own(int open, boolean committed, long committedAt) {}

    private final ConcurrentHashMap<String, Own> own = new ConcurrentHashMap<>();
    private volatile Set<String> seen = Set.of();
    private volatile boolean any = true;

    boolean mayHold(String subject) {
        return any || seen.contains(subject) || own.containsKey(subject);
    }

    /** An event of that subject is about to be written. */
    void writing(@Nullable String subject) {
        if (subject != null) {
            own.compute(
                    subject,
                    (key, before) -> before == null
                            ? new Own(1, false, 0)
                            : new Own(before.open() + 1, before.committed(), before.committedAt()));
        }
    }

    /** Its transaction is over. */
    void written(@Nullable String subject, boolean committed) {
        if (subject != null) {
            var now = System.nanoTime();
            own.computeIfPresent(subject, (key, before) -> {
                var after = committed
                        ? new Own(before.open() - 1, true, now)
                        : new Own(before.open() - 1, before.committed(), before.committedAt());
                return after.open() == 0 && !after.committed() ? null : after;
            });
        }
    }

    /**
     * The outbox was looked at.
     *
     * @param since {@code System.nanoTime()} before the look: what was committed before is in it, or relayed
     * @param found subjects of its rows; all of them unless there are more than {@link #MAX_SEEN} rows
     */
    void looked(long since, Collection<String> found, boolean more) {
        // first what was seen is there, then what was written may go: never neither
        seen = Set.copyOf(found);
        any = more;
        for (var subject : own.keySet()) {
            own.computeIfPresent(
                    subject, (key, each) -> each.open() == 0 && each.committedAt() - since < 0 ? null : each);
        }
    }
}
