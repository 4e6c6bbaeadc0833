// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Event;
import io.serai.message.EventType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Events for tests. */
final class Samples {

    static final String SOURCE = "/test";

    private Samples() {}

    static Event event(String id, String type) {
        return new Event(
                id,
                SOURCE,
                new EventType(type),
                "subject-" + id,
                Instant.parse("2026-11-21T10:00:00.123456789Z"),
                "application/json",
                null,
                Map.of(Event.CORRELATION_ID, "c-" + id, Event.SEQUENCE, "1"),
                bytes("{\"id\": \"" + id + "\"}"));
    }

    static Event withBody(String id, String contentType, byte[] body) {
        var event = event(id, "body.came");
        return new Event(id, SOURCE, event.type(), null, event.time(), contentType, null, Map.of(), body);
    }

    static Event fromSource(String id, String source) {
        var event = event(id, "order.placed");
        return new Event(id, source, event.type(), null, event.time(), null, null, Map.of(), new byte[0]);
    }

    static List<Event> events(String prefix, int count, String type) {
        return new ArrayList<>(
                IntStream.range(0, count).mapToObj(i -> event(prefix + i, type)).toList());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
