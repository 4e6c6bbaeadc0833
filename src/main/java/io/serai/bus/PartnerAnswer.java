// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.hc.client5.http.utils.DateUtils;
import org.jspecify.annotations.Nullable;

/**
 * The answer of another system to an HTTP call that failed by it.
 *
 * @param status 300 to 599 as a rule
 * @param retryAfter how long it asks to be left alone, 0 to 7 days, as long as a retry policy may wait; null where it does not ask. Read of 408, 425, 429 and
 *     503 only
 * @param body its text, at most {@value #MOST} characters; of a binary one size and media type in words; null where it has
 *     none
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#name-retry-after">RFC 9110, Retry-After</a>
 */
public record PartnerAnswer(
        int status, @Nullable Duration retryAfter, @Nullable String body) {

    /** Far more than is kept of it, so that a secret at the end of what is kept is masked whole. */
    private static final int MOST = 64 * 1024;

    private static final int MAX_CAUSES = 100;
    private static final Duration LONGEST = Duration.ofDays(7);
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);
    private static final int UNAVAILABLE = 503;
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /** Finds it among an exception and its causes; null where none of them is such an answer. */
    public static @Nullable PartnerAnswer of(Throwable thrown, Instant now) {
        return Stream.iterate(thrown, each -> each != null, Throwable::getCause)
                .limit(MAX_CAUSES)
                .filter(HttpOperationFailedException.class::isInstance)
                .map(HttpOperationFailedException.class::cast)
                .findFirst()
                .map(failed -> new PartnerAnswer(failed.getStatusCode(), retryAfter(failed, now), body(failed)))
                .orElse(null);
    }

    /** Whether the same request would be refused again: 4xx but 408, 425 and 429, which are about the moment. */
    public boolean isFinal() {
        return status >= 400 && status < 500 && !PASSING.contains(status);
    }

    private static @Nullable Duration retryAfter(HttpOperationFailedException failed, Instant now) {
        var status = failed.getStatusCode();
        var text = PASSING.contains(status) || status == UNAVAILABLE ? header(failed, "Retry-After") : null;
        if (text == null) {
            return null;
        }
        if (SECONDS.matcher(text.strip()).matches()) {
            return bounded(Duration.ofSeconds(Long.parseLong(text.strip())));
        }
        var at = DateUtils.parseStandardDate(text.strip());
        return at == null ? null : bounded(Duration.between(now, at));
    }

    private static Duration bounded(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }

    private static @Nullable String body(HttpOperationFailedException failed) {
        var text = failed.getResponseBody();
        if (text == null || text.isEmpty()) {
            return null;
        }
        if (text.chars().limit(MOST).noneMatch(PartnerAnswer::isBinary)) {
            return text.substring(0, Math.min(text.length(), MOST));
        }
        var length = header(failed, "Content-Length");
        var type = header(failed, "Content-Type");
        return "binary, "
                + (length == null ? text.getBytes(StandardCharsets.UTF_8).length + " bytes as text" : length + " bytes")
                + (type == null ? "" : " of " + type);
    }

    /** A control character, or one that stands for bytes that are no text. */
    private static boolean isBinary(int character) {
        return character == '\uFFFD' || (Character.isISOControl(character) && !Character.isWhitespace(character));
    }

    private static @Nullable String header(HttpOperationFailedException failed, String name) {
        var headers = failed.getResponseHeaders();
        return headers == null
                ? null
                : headers.entrySet().stream()
                        .filter(each -> name.equalsIgnoreCase(each.getKey()) && each.getValue() != null)
                        .map(Map.Entry::getValue)
                        .findFirst()
                        .orElse(null);
    }
}
