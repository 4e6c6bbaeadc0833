// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Says of some failures whether trying again can help. Patterns have {@code *} for any text, and upper and lower case differ;
 * what is not given fits all.
 *
 * <pre>{@code {"exception": "java.net.*", "message": "*timed out*", "route": "fulfil-*", "class": "retryable"}}</pre>
 *
 * @param exception fits the class name of the exception or of one of its causes
 * @param message fits the exception's message
 * @param route fits the id of the route that failed
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Rule(
        @Nullable String exception,
        @Nullable String message,
        @Nullable String route,
        @JsonProperty("class") @Nullable Verdict verdict) {

    /** What becomes of a failure. */
    enum Verdict {
        /** Tried again by the policy of its subscription. */
        @JsonProperty("retryable")
        RETRYABLE,
        /** Dead at once: no try will mend it. */
        @JsonProperty("needs-a-fix")
        NEEDS_A_FIX
    }

    /** @param exceptions class names, separated by commas */
    boolean fits(String exceptions, @Nullable String failureMessage, @Nullable String routeId) {
        return (exception == null || Arrays.stream(exceptions.split(",")).anyMatch(each -> fits(exception, each)))
                && (message == null || fits(message, failureMessage == null ? "" : failureMessage))
                && (route == null || fits(route, routeId == null ? "" : routeId));
    }

    /** Takes time in proportion to the text, whatever the pattern. */
    static boolean fits(String pattern, String text) {
        var parts = pattern.split("\\*", -1);
        if (parts.length == 1) {
            return text.equals(pattern);
        }
        var last = parts[parts.length - 1];
        if (!text.startsWith(parts[0])) {
            return false;
        }
        int from = parts[0].length();
        for (int i = 1; i < parts.length - 1; i++) {
            int found = text.indexOf(parts[i], from);
            if (found < 0) {
                return false;
            }
            from = found + parts[i].length();
        }
        return text.length() - last.length() >= from && text.endsWith(last);
    }
}
