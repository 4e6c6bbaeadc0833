// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in the log and what stood there, so that whoever comes back to it learns whether it is still the same log:
 * {@code 91-1764457335123456-6f2c01aa}.
 *
 * <p>After a failover that lost the log's tail, or a restore, other events take the positions that were lost. Their time and
 * hash differ, whichever hub stored them.
 *
 * @param position 0 is before the first
 * @param mark of the event at the position; null where it is not known: before the first, purged, or a client gave a number
 */
record LogPosition(long position, @Nullable Mark mark) {

    /**
     * An event in few bytes.
     *
     * @param micros when the log stored it, since 1970
     * @param hash of id and source
     */
    record Mark(long micros, int hash) {

        static Mark of(Instant storedAt, String id, String source) {
            return new Mark(ChronoUnit.MICROS.between(Instant.EPOCH, storedAt), (id + "\n" + source).hashCode());
        }

        /**
         * Events that were stored from then on may be unknown to who has seen this one in a log that has gone back: the
         * clocks of database servers differ by less than a minute.
         */
        Instant before() {
            return Instant.EPOCH.plus(micros, ChronoUnit.MICROS).minus(CLOCKS);
        }
    }

    /** Beyond every event. */
    static final LogPosition END = at(Long.MAX_VALUE);

    private static final Duration CLOCKS = Duration.ofMinutes(1);
    private static final Pattern TEXT = Pattern.compile("(\\d{1,18})(?:-(\\d{1,18})-([0-9a-f]{1,8}))?");

    static LogPosition at(long position) {
        return new LogPosition(position, null);
    }

    static LogPosition of(StoredEvent event) {
        return new LogPosition(event.position(), Mark.of(event.storedAt(), event.id(), event.source()));
    }

    /** Reads what {@link #text} wrote, or a bare number; null where it is neither. */
    static @Nullable LogPosition read(String text) {
        var parts = TEXT.matcher(text);
        if (!parts.matches()) {
            return null;
        }
        var position = Long.parseLong(parts.group(1));
        return parts.group(2) == null
                ? at(position)
                : new LogPosition(
                        position,
                        new Mark(Long.parseLong(parts.group(2)), Integer.parseUnsignedInt(parts.group(3), 16)));
    }

    String text() {
        return mark == null
                ? Long.toString(position)
                : position + "-" + mark.micros() + "-" + Integer.toHexString(mark.hash());
    }
}
