// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The broker, the database or the disk cannot serve now; the same request may succeed later (HTTP 503). */
public non-sealed class Unavailable extends HubException {

    private static final Duration SOON = Duration.ofSeconds(1);

    public Unavailable(String message) {
        this(message, null);
    }

    public Unavailable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** When to try again at the earliest, sent as {@code Retry-After}. */
    public Duration retryAfter() {
        return SOON;
    }
}
