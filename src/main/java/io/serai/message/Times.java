// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads times that people write as parameters.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc3339#section-5.6">RFC 3339, section 5.6</a>
 */
public final class Times {

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private Times() {}

    /**
     * Reads a time with its offset; none is none.
     *
     * @param wrong is told where it is no time; then the answer is null too
     */
    public static @Nullable Instant read(String name, @Nullable String value, Consumer<Invalid.Field> wrong) {
        try {
            var time = value == null ? null : OffsetDateTime.parse(value).toInstant();
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
