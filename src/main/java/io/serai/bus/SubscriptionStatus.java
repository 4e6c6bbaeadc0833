// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription stands, as {@code GET /api/subscriptions} shows it.
 *
 * <pre>{@code
 * {"name": "greet-user", "patterns": ["user.created"], "ordered": false, "state": "ACTIVE", "backlog": 0, "consumers": 1}
 * }</pre>
 *
 * @param backlog messages ready in its queue; absent while the broker is away
 * @param consumers over all hubs; absent while the broker is away
 */
public record SubscriptionStatus(
        String name,
        SortedSet<String> patterns,
        boolean ordered,
        State state,
        @Nullable Long backlog,
        @Nullable Long consumers) {

    /** Where a subscription stands. */
    public enum State {
        /** Somebody reads it. */
        ACTIVE,
        /** A route of this hub is to read it, and does not at the moment. */
        IDLE,
        /** No route reads it; its queue collects until a person removes it. */
        ORPHANED,
        /** The broker is away, so nobody knows. */
        UNKNOWN
    }
}
