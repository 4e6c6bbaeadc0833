// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.PartnerAnswer;
import io.serai.bus.component.RouteRuns;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What comes out of the queue of failures. */
sealed interface Arrival {

    /** The failure it is about. */
    String failureId();

    /** Which delivery it is about; 0 is the first. */
    int round();

    /**
     * A message that failed.
     *
     * @param policy name of its retry policy, or null for the default
     * @param postponed it was not tried: a circuit breaker is open
     * @param at when it failed, by the clock of the hub it failed in
     * @param tries how often it was tried in this round
     * @param exceptions class names from the exception to its first cause, separated by commas
     * @param partner what another system has answered to the HTTP call that failed; null where none did
     */
    record Failed(
            String failureId,
            int round,
            Origin origin,
            @Nullable String policy,
            boolean retryable,
            boolean postponed,
            Instant at,
            @Nullable String host,
            int tries,
            String exception,
            String exceptions,
            @Nullable String message,
            @Nullable String trace,
            @Nullable String cut,
            @Nullable String routeId,
            @Nullable String routeVersion,
            @Nullable String nodeId,
            @Nullable String location,
            @Nullable PartnerAnswer partner,
            FailedMessage content)
            implements Arrival {

        private static final int MOST_OF_REASON = 500;

        /** Whether it can be sent back: where it came from is known, and a route is run again only with what it began with. */
        boolean isReplayable() {
            return origin.isKnown() && (!origin.isRoute() || RouteRuns.isInput(content.properties()));
        }

        /** How long the system that refused it asks to be left alone; 0 where it does not ask. */
        Duration retryAfter() {
            return partner == null || partner.retryAfter() == null ? Duration.ZERO : partner.retryAfter();
        }

        /** The same under another id. */
        Failed as(String otherId) {
            return new Failed(
                    otherId,
                    round,
                    origin,
                    policy,
                    retryable,
                    postponed,
                    at,
                    host,
                    tries,
                    exception,
                    exceptions,
                    message,
                    trace,
                    cut,
                    routeId,
                    routeVersion,
                    nodeId,
                    location,
                    partner,
                    content);
        }

        /** The message and where it belongs, without what was said of its failure. */
        Failed bare(String why) {
            var reason = FailedMessage.text(why);
            return new Failed(
                    failureId,
                    round,
                    origin,
                    policy,
                    retryable,
                    false,
                    at,
                    null,
                    0,
                    "unknown",
                    "",
                    "its facts could not be kept: " + reason.substring(0, Math.min(reason.length(), MOST_OF_REASON)),
                    null,
                    "the facts of the failure",
                    null,
                    null,
                    null,
                    null,
                    null,
                    content);
        }
    }

    /** The subscriber has succeeded with a message that had failed. */
    record Resolved(String failureId, int round) implements Arrival {}
}
