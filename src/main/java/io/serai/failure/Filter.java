// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.serai.message.Invalid;
import io.serai.message.Times;
import io.serai.message.Utf8;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Which failures, as people say it: parameters of {@code GET /api/failures}, and the member {@code select} of a job. All
 * that is given must hold.
 *
 * <pre>{@code {"group": "9a31…", "since": "2026-11-21T10:00:00Z"}}</pre>
 *
 * @param ids failures by id, 1 to 10,000
 * @param since failed last at or after that, RFC 3339
 * @param q 1 to 200 characters: a business key, the event's id, subject or correlationid, the failure's id, or part of the
 *     message of one of the newest 10,000 failures; upper and lower case do not differ
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Filter(
        @Nullable List<String> ids,
        @Nullable String state,
        @Nullable String group,
        @Nullable String subscription,
        @Nullable String route,
        @Nullable String type,
        @Nullable String since,
        @Nullable String q) {

    static final Filter NONE = new Filter(null, null, null, null, null, null, null, null);

    private static final int MAX_IDS = 10_000;
    private static final int MAX_TEXT = 1000;

    static Filter of(List<String> ids) {
        return new Filter(ids, null, null, null, null, null, null, null);
    }

    boolean namesAny() {
        return !equals(NONE);
    }

    /**
     * Reads it; what is wrong is added under its name and a prefix.
     *
     * @return what is asked for, as far as it could be read
     */
    FailureQueries.Query read(String prefix, List<Invalid.Field> wrong) {
        var reader = new Reader(prefix, wrong);
        reader.ids(ids);
        return new FailureQueries.Query(
                reader.state(state),
                reader.text("group", group, MAX_TEXT),
                reader.text("subscription", subscription, MAX_TEXT),
                reader.text("route", route, MAX_TEXT),
                reader.text("type", type, MAX_TEXT),
                Times.read(prefix + "since", since, wrong::add),
                reader.text("q", q, SearchKeys.MAX_VALUE));
    }

    private record Reader(String prefix, List<Invalid.Field> wrong) {

        void ids(@Nullable List<String> ids) {
            if (ids != null
                    && (ids.isEmpty() || ids.size() > MAX_IDS || !ids.stream().allMatch(id -> isText(id, MAX_TEXT)))) {
                refuse("ids", "expected 1 to 10000 ids of failures");
            }
        }

        @Nullable
        FailureState state(@Nullable String name) {
            try {
                return name == null ? null : FailureState.valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException unknown) {
                refuse("state", "expected one of " + Arrays.toString(FailureState.values()));
                return null;
            }
        }

        /** PostgreSQL refuses U+0000 even in a question. */
        @Nullable
        String text(String name, @Nullable String value, int most) {
            if (value != null && !isText(value, most)) {
                refuse(
                        name,
                        "expected 1 to " + most + " characters, none of them a control character or lone surrogate");
            }
            return value;
        }

        private void refuse(String name, String detail) {
            wrong.add(new Invalid.Field(prefix + name, detail));
        }

        private static boolean isText(@Nullable String value, int most) {
            return value != null
                    && !value.isBlank()
                    && value.length() <= most
                    && Utf8.fits(value)
                    && value.chars().noneMatch(Character::isISOControl);
        }
    }
}
