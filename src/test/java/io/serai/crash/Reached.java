// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.core.ConditionTimeoutException;

/** Compares what was accepted with what reached each subscription of {@code crash.event}, the event log included. */
final class Reached {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);

    private final HubClient hub;
    private final OtherSystem system;

    Reached(HubClient hub, OtherSystem system) {
        this.hub = hub;
        this.system = system;
    }

    /** Waits until all of it has arrived everywhere and nothing is on its way, or long enough; says what is missing. */
    Map<String, Set<String>> missing(Publishers publishers, NewUsers users) throws IOException {
        try {
            await().atMost(LONG_ENOUGH)
                    .pollInterval(Duration.ofSeconds(1))
                    .ignoreExceptions()
                    .until(() -> lost(publishers, users).isEmpty() && backlog() == 0);
        } catch (ConditionTimeoutException missing) {
            System.out.println("not all has arrived in " + LONG_ENOUGH);
        }
        return lost(publishers, users);
    }

    /** Ids of the effects of {@code once} and {@code replayed}, with repetitions. */
    List<String> effects() throws IOException {
        var ids = new ArrayList<String>();
        HubClient.json(hub.get("/api/crash/effects"))
                .forEach(row -> ids.add(row.path("id").asText()));
        return ids;
    }

    void add(Figures figures, Publishers publishers, NewUsers users, Map<String, Set<String>> lost) throws IOException {
        var one = system.heardBy("plain-one");
        var two = system.heardBy("plain-two");
        var effects = effects();
        figures.with("sent", publishers.sent())
                .with("accepted (202)", publishers.accepted().size())
                .with("refused (503)", publishers.refused())
                .with("unanswered", publishers.unanswered())
                .with("users (201)", users.created().size())
                .with("delivered to the plain two", one.ids().size() + two.ids().size())
                .with("duplicates there", one.duplicates() + two.duplicates())
                .with("effects of the idempotent one", effects.size())
                .with("effects twice", effects.size() - new HashSet<>(effects).size())
                .with("lost", lost.values().stream().mapToLong(Set::size).sum());
    }

    void assertNothingLostAndEffectsOnce(Map<String, Set<String>> lost) throws IOException {
        assertThat(lost).isEmpty();
        assertThat(effects()).doesNotHaveDuplicates();
    }

    private Map<String, Set<String>> lost(Publishers publishers, NewUsers users) throws IOException {
        var lost = new TreeMap<String, Set<String>>();
        note(
                lost,
                "plain-one",
                publishers.accepted(),
                system.heardBy("plain-one").ids());
        note(
                lost,
                "plain-two",
                publishers.accepted(),
                system.heardBy("plain-two").ids());
        note(lost, "once", publishers.accepted(), new HashSet<>(effects()));
        var logged = new HashSet<String>();
        hub.events("type=crash.event")
                .forEach(event -> logged.add(event.path("id").asText()));
        note(lost, "event-log", publishers.accepted(), logged);
        var half = NewUsers.halfDone(hub, users.created().keySet());
        if (!half.isEmpty()) {
            lost.put("users", half);
        }
        return lost;
    }

    private static void note(Map<String, Set<String>> lost, String where, Set<String> accepted, Set<String> arrived) {
        var missing = new HashSet<>(accepted);
        missing.removeAll(arrived);
        if (!missing.isEmpty()) {
            lost.put(where, missing);
        }
    }

    private long backlog() throws IOException {
        long backlog = 0;
        for (var subscription : hub.items("/api/subscriptions?")) {
            backlog += subscription.path("backlog").asLong(1);
        }
        return backlog;
    }
}
