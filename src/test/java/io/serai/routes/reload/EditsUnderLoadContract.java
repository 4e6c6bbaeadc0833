// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.EventType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Body;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits in a row while requests and events cross the routes of the file that is edited: none fails, none is lost. */
abstract class EditsUnderLoadContract {

    private static final String FILE = "t/load.camel.yaml";
    private static final String TAKEN = "t/taken.camel.yaml";
    private static final Duration LONG = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Broker and database, as properties; none where they are embedded. */
    abstract Map<String, String> servers();

    @Test
    void noRequestFailsAndNoEventIsLostWhileRoutesAreReplaced(@TempDir Path folder) throws Exception {
        edit(folder, 10, 100, 100, 1);
    }

    @Test
    @Tag("long")
    void noneOfManyFailsOrIsLostWhileRoutesAreReplacedAHundredTimes(@TempDir Path folder) throws Exception {
        edit(folder, 100, 500, 1000, 10);
    }

    /** Both routes of a request say which edit they are of: an answer is of one version. */
    private static String text(int edit) {
        return """
                - rest:
                    path: /t/load
                    get:
                      - path: /{id}
                        to: direct:load-%%
                - route:
                    id: load-answer
                    from:
                      uri: direct:load-%%
                      steps:
                        - setHeader:
                            name: edit
                            constant: "%%"
                        - to: direct:load-inner
                - route:
                    id: load-inner
                    from:
                      uri: direct:load-inner
                      steps:
                        - setBody:
                            simple: ${header.id} ${header.edit} %%
                - route:
                    id: load-events
                    from:
                      uri: event:load.#?subscription=load
                      steps:
                        - setProperty:
                            name: edit
                            constant: "%%"
                        - bean:
                            ref: seenEvents
                            method: see
                """.replace("%%", Integer.toString(edit));
    }

    /** What the route of the test calls. */
    public static final class Seen {

        private final Set<String> ids = ConcurrentHashMap.newKeySet();
        private final AtomicInteger calls = new AtomicInteger();

        public void see(@Body String id) {
            calls.incrementAndGet();
            ids.add(id);
        }
    }

    /** @param before seconds without edits, to warm up and to compare with */
    private void edit(Path folder, int edits, int requestsPerSecond, int eventsPerSecond, int before) throws Exception {
        try (var hub = EditedHub.start(folder, servers(), "--taken=taken")) {
            var seen = new Seen();
            hub.register("seenEvents", seen);
            hub.write(TAKEN, "- route: {id: taken, from: {uri: 'event:none?subscription=taken', steps: [{log: x}]}}\n")
                    .awaitLive(TAKEN);
            hub.write(FILE, text(0)).awaitLive(FILE);
            hub.awaitReading();
            var base = hub.uri("/t/load/");
            var publisher = hub.bean(EventPublisher.class);
            var requests = new OpenLoad("r", requestsPerSecond, id -> request(base, id));
            var events = new OpenLoad("e", eventsPerSecond, id -> publisher.publish(event(id)));

            var warm = warmUp(requests, requestsPerSecond * before / 2);
            var firstEdit = warmUp(requests, requestsPerSecond * before);
            var swaps = new ArrayList<Long>();
            for (int i = 1; i <= edits; i++) {
                if (i % 10 == 0) {
                    // stops all routes of the file before it fails, and has to put them back
                    hub.write(FILE, text(i).replace("subscription=load", "subscription={{taken}}"));
                    hub.awaitRefused(FILE);
                }
                var saved = System.nanoTime();
                hub.write(FILE, text(i)).awaitLive(FILE);
                swaps.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - saved));
            }
            var lastEdit = System.nanoTime();
            requests.stop();
            events.stop();
            var published =
                    events.answered().stream().map(OpenLoad.Answered::id).toList();
            try {
                await().atMost(LONG).until(() -> seen.ids.containsAll(published));
            } catch (ConditionTimeoutException lost) {
                // asserted below, after the figures
            }

            Collections.sort(swaps);
            var quiet = requests.between(warm, firstEdit);
            var edited = requests.between(firstEdit, lastEdit);
            var flowed = events.between(firstEdit, lastEdit);
            System.out.printf(
                    "%s: %d edits in %.1f s, save to live %d ms, worst %d ms; "
                            + "%d requests, %.0f/s during the edits, failed %d, p99 %d ms, worst %d ms (without edits p99 %d ms); "
                            + "%d events, %.0f/s during the edits, refused %d, lost %d, duplicates %d%n",
                    getClass().getSimpleName(),
                    edits,
                    (lastEdit - firstEdit) / 1e9,
                    swaps.get(swaps.size() / 2),
                    swaps.get(swaps.size() - 1),
                    requests.answered().size(),
                    edited.perSecond(),
                    requests.failures().size(),
                    edited.percentile(99),
                    edited.percentile(100),
                    quiet.percentile(99),
                    published.size(),
                    flowed.perSecond(),
                    events.failures().size(),
                    published.stream().filter(id -> !seen.ids.contains(id)).count(),
                    seen.calls.get() - seen.ids.size());

            assertThat(requests.failures()).isEmpty();
            assertThat(events.failures()).isEmpty();
            assertThat(seen.ids).containsAll(published);
            // a slower load would prove less than it says
            assertThat(edited.perSecond()).isGreaterThan(requestsPerSecond * 0.95);
            assertThat(flowed.perSecond()).isGreaterThan(eventsPerSecond * 0.95);
        }
    }

    /** Returns when so many requests have been answered. */
    private static long warmUp(OpenLoad requests, int answered) {
        await().atMost(LONG).until(() -> requests.answered().size() >= answered);
        return System.nanoTime();
    }

    private CompletableFuture<?> request(URI base, String id) {
        var request = HttpRequest.newBuilder(base.resolve(id)).timeout(LONG).build();
        return http.sendAsync(request, BodyHandlers.ofString()).thenAccept(answer -> {
            if (answer.statusCode() != 200 || !answer.body().matches(id + " (\\d+) \\1")) {
                throw new IllegalStateException(answer.statusCode() + " " + answer.body());
            }
        });
    }

    private static Event event(String id) {
        return new Event(
                id,
                "/test",
                new EventType("load.made"),
                null,
                Instant.now(),
                "text/plain",
                null,
                Map.of(),
                id.getBytes(StandardCharsets.UTF_8));
    }
}
