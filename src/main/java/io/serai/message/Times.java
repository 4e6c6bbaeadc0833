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

    private Times() {}

    /**
     * Reads a time with its offset; none is none.
     *
     * @param wrong is told where it is no time; then the answer is null too
     */
    public static @Nullable Instant read(String name, @Nullable String value, Consumer<Invalid.Field> wrong) {
        try {
            return value == null ? null : OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException malformed) {
            wrong.accept(new Invalid.Field(
                    name, "expected a time like 2026-11-21T10:00:00Z (RFC 3339); in a URL + is written %2B"));
            return null;
        }
    }
}
