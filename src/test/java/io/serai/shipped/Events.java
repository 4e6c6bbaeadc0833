// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import io.serai.message.Event;
import io.serai.message.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;

/** Events as routes are handed them. */
final class Events {

    static final String CORRELATION = "journey-1";

    private Events() {}

    static Event of(String type, String body, String id) {
        return of(type, body, "/serai/insert-user", id);
    }

    static Event of(String type, String body, String source, String id) {
        return new Event(
                id,
                source,
                new EventType(type),
                "subject-1",
                Instant.parse("2026-11-21T10:00:00Z"),
                "application/json",
                null,
                Map.of(Event.CORRELATION_ID, CORRELATION, Event.SEQUENCE, "1"),
                body.getBytes(StandardCharsets.UTF_8));
    }
}
