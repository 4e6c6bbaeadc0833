// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static io.serai.journey.HubClient.json;

import io.serai.journey.HubClient;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Makes users over HTTP; each is a row and an event in one transaction. */
final class NewUsers {

    private static final String ADA = "{\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\"}";

    private final List<HubClient> hubs;
    private final AtomicLong turns = new AtomicLong();
    private final Map<String, Long> created = new ConcurrentHashMap<>();
    private final Map<Integer, AtomicLong> refused = new ConcurrentHashMap<>();
    private final Map<Integer, String> examples = new ConcurrentHashMap<>();
    private final AtomicLong unanswered = new AtomicLong();
    private final AtomicLong slowest = new AtomicLong();

    NewUsers(List<HubClient> hubs) {
        this.hubs = hubs;
    }

    void create() throws IOException {
        var begin = System.nanoTime();
        try {
            var answer = hubs.get(Math.floorMod(turns.getAndIncrement(), hubs.size()))
                    .send("POST", "/api/users", ADA);
            if (answer.statusCode() == 201) {
                created.put(json(answer).path("id").asText(), System.nanoTime());
                slowest.accumulateAndGet(System.nanoTime() - begin, Math::max);
            } else {
                examples.putIfAbsent(answer.statusCode(), answer.body());
                refused.computeIfAbsent(answer.statusCode(), status -> new AtomicLong())
                        .incrementAndGet();
            }
        } catch (IOException noAnswer) {
            unanswered.incrementAndGet();
            throw noAnswer;
        }
    }

    /** Users answered 201, with {@link System#nanoTime()} of the answer; live. */
    Map<String, Long> created() {
        return created;
    }

    /** Other answers, by status. */
    Map<Integer, Long> refused() {
        var counts = new TreeMap<Integer, Long>();
        refused.forEach((status, count) -> counts.put(status, count.get()));
        return counts;
    }

    /** One body of each, by status. */
    Map<Integer, String> examples() {
        return examples;
    }

    long unanswered() {
        return unanswered.get();
    }

    /** Nanoseconds that the slowest 201 took. */
    long slowest() {
        return slowest.get();
    }

    /** Rows without an event and events without a row, and users answered 201 of which there is neither: none, or news. */
    static Set<String> halfDone(HubClient hub, Set<String> answered) throws IOException {
        var rows = new HashSet<String>();
        hub.items("/api/users?").forEach(user -> rows.add(user.path("id").asText()));
        var told = new HashSet<String>();
        hub.events("type=user.created")
                .forEach(event -> told.add(event.path("subject").asText()));
        var half = new HashSet<>(rows);
        half.addAll(told);
        half.addAll(answered);
        half.removeIf(id -> rows.contains(id) && told.contains(id));
        return half;
    }
}
