// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the times of parameters and attributes.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3339#section-5.6">RFC 3339, section 5.6</a>
 */
public final class Times {

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private static final Pattern RFC_3339 = Pattern.compile(
            "(\\d{4}-\\d{2}-\\d{2})[Tt](\\d{2}:\\d{2}:)(\\d{2})(?:\\.(\\d+))?(?:[Zz]|([+-])([01]\\d|2[0-3]):([0-5]\\d))");
    private static final int NANO_DIGITS = 9;
    private static final String LEAP_SECOND = "60";

    private Times() {}

    /**
     * Reads what RFC 3339 allows and nothing else. A leap second is the moment after it; digits beyond nanoseconds are cut.
     *
     * @throws DateTimeException where it is no such time
     */
    public static Instant parse(String text) {
        var parts = RFC_3339.matcher(text);
        if (!parts.matches()) {
            throw new DateTimeException("expected a time like 2026-11-21T10:00:00Z");
        }
        var isLeap = parts.group(3).equals(LEAP_SECOND);
        var local = LocalDateTime.parse(parts.group(1) + "T" + parts.group(2) + (isLeap ? "59" : parts.group(3)));
        var offset = parts.group(5) == null
                ? Duration.ZERO
                : Duration.ofHours(Long.parseLong(parts.group(6))).plusMinutes(Long.parseLong(parts.group(7)));
        // java.time has offsets up to 18 hours only
        var utc = "-".equals(parts.group(5)) ? local.plus(offset) : local.minus(offset);
        if (isLeap) {
            utc = utc.plusSeconds(1);
            if (utc.getDayOfMonth() != 1 || !utc.toLocalTime().equals(LocalTime.MIDNIGHT)) {
                throw new DateTimeException("expected a leap second at the end of a month in UTC");
            }
        }
        return utc.plusNanos(nanos(parts.group(4))).toInstant(ZoneOffset.UTC);
    }

    private static long nanos(@Nullable String fraction) {
        return fraction == null ? 0 : Long.parseLong((fraction + "0".repeat(NANO_DIGITS)).substring(0, NANO_DIGITS));
    }

    /**
     * Reads a time with its offset; none is none.
     *
     * @param wrong is told where it is no time; then the answer is null too
     */
    public static @Nullable Instant read(String name, @Nullable String value, Consumer<Invalid.Field> wrong) {
        try {
            var time = value == null ? null : parse(value);
            if (time == null || isCommon(time)) {
                return time;
            }
            wrong.accept(new Invalid.Field(name, "expected a year from 0000 to 9999 (RFC 3339)"));
        } catch (DateTimeException malformed) {
            wrong.accept(new Invalid.Field(
                    name, "expected a time like 2026-11-21T10:00:00Z (RFC 3339); in a URL + is written %2B"));
        }
        return null;
    }

    /** Java has room for more, which neither milliseconds in 64 bits have nor databases. */
    private static boolean isCommon(Instant time) {
        return !time.isBefore(FIRST) && !time.isAfter(LAST);
    }
}
