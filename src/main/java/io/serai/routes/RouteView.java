// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A route that is there, and what it is made of.
 *
 * <pre>{@code
 * {"id": "greet-user", "state": "started", "uptimeMillis": 81230, "inFlight": 0, "from": "event:user.created",
 *  "file": "users/greet-user.camel.yaml", "line": 5, "version": 3, "hash": "9f86…", "current": true, "hubs": ["hub1-4711"],
 *  "rates": {"processed": {"1s": 2.0, "1m": 1.5, "5m": 0.3}}, "lastError": null}
 * }</pre>
 *
 * @param state started, suspended, stopped or a step between
 * @param uptimeMillis since its last start
 * @param inFlight messages in hand
 * @param from the endpoint it reads, without its options and secrets
 * @param file absent where the hub itself brings the route
 * @param version number of the content it was started from; absent while that is not stored yet
 * @param hash of that content
 * @param current whether that is what the file says now; a change elsewhere in the file leaves it so
 * @param hubs those that run the same content of the file
 * @param rates messages per second by outcome (processed, failed) and window; empty until the first
 * @param lastError absent since the start of the hub, or of the route
 */
record RouteView(
        String id,
        String state,
        long uptimeMillis,
        int inFlight,
        String from,
        @Nullable String file,
        @Nullable Integer line,
        @Nullable Integer version,
        @Nullable String hash,
        @Nullable Boolean current,
        List<String> hubs,
        Map<String, Map<String, Double>> rates,
        @Nullable LastError lastError) {

    /** The newest failure; {@code message} is at most 500 characters. */
    record LastError(Instant at, String exception, String message) {}
}
