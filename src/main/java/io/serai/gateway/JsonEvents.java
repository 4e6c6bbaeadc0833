// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.core.JsonToken;
import io.serai.bus.format.EventJson;
import io.serai.bus.format.JsonText;
import io.serai.bus.format.MalformedJson;
import io.serai.http.Problem;
import io.serai.http.Refused;
import io.serai.message.Event;
import io.serai.message.Invalid;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads the events of a request in the CloudEvents JSON format, one or a batch, within the bounds of HTTP. Thread-safe. */
final class JsonEvents {

    private final int maxBatch;
    private final EventJson events;
    private final JsonText batch;
    private final JsonMembers members;
    private final int maxMembers;

    JsonEvents(int maxBatch, int maxDepth, int maxMembers) {
        this.maxBatch = maxBatch;
        this.maxMembers = maxMembers;
        this.members = new JsonMembers(maxMembers);
        this.events = new EventJson(maxDepth);
        this.batch = new JsonText(maxDepth + 2);
    }

    /**
     * Reads one event.
     *
     * @throws MalformedJson where it is not JSON
     * @throws Refused (413) where it has too many members
     * @throws Invalid where it is not an event
     */
    Event one(byte[] body) throws IOException {
        var event = events.one(body, bounded());
        members.check(event.data());
        return event;
    }

    /**
     * Reads a batch, all or nothing.
     *
     * @throws MalformedJson where it is not JSON
     * @throws Refused (413) where it has too many events or members
     * @throws Invalid naming what is wrong as JSON pointers, like {@code /3/id}
     */
    List<Event> batch(byte[] body) throws IOException {
        try (var parser = batch.open(body)) {
            if (parser.currentToken() != JsonToken.START_ARRAY) {
                throw new Invalid("reading batch: expected a JSON array of events");
            }
            var read = new ArrayList<Event>();
            var wrong = new ArrayList<Invalid.Field>();
            var attributes = bounded();
            for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                if (index == maxBatch) {
                    throw new Refused(Problem.of(
                            413,
                            "batch-too-large",
                            "reading batch: more than " + maxBatch + " events (serai.gateway.max-batch)"));
                }
                var found = new ArrayList<Invalid.Field>();
                var event = events.next(parser, body, found, attributes);
                if (event != null) {
                    members.check(event.data());
                    read.add(event);
                }
                for (var each : found) {
                    wrong.add(new Invalid.Field("/" + index + "/" + each.name(), each.detail()));
                }
            }
            JsonText.end(parser);
            if (!wrong.isEmpty()) {
                throw new Invalid(
                        "reading batch: " + wrong.size() + " attribute(s) invalid, nothing is published", wrong, null);
            }
            return read;
        }
    }

    /** Counts the attributes of all events of a request together: each is kept until the last is read. */
    private Runnable bounded() {
        var attributes = new int[1];
        return () -> {
            if (++attributes[0] > maxMembers) {
                throw members.tooMany();
            }
        };
    }
}
