// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.EventType;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.Body;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Edits in a row while requests and events cross the routes of the file that is edited: none fails, none is lost. */
abstract class EditsUnderLoadContract {

    private static final int CLIENTS = 8;

    /** Broker and database, as properties; none where they are embedded. */
    abstract Map<String, String> servers();

    @Test
    void noRequestFailsAndNoEventIsLostWhileRoutesAreReplaced(@TempDir Path folder) throws Exception {
        edit(folder, 10, 100, 100);
    }

    @Test
    @Tag("long")
    void noneOfManyFailsOrIsLostWhileRoutesAreReplacedAHundredTimes(@TempDir Path folder) throws Exception {
        edit(folder, 100, 500, 1000);
    }

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
                        - to: direct:load-inner
                - route:
                    id: load-inner
                    from:
                      uri: direct:load-inner
                      steps:
                        - setBody:
                            simple: ${header.id} %%
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

    private void edit(Path folder, int edits, int requestsPerSecond, int eventsPerSecond) throws Exception {
        var file = "t/load.camel.yaml";
        try (var hub = EditedHub.start(folder, servers())) {
            var seen = new Seen();
            hub.register("seenEvents", seen);
            hub.write(file, text(0)).awaitLive(file);
            var load = new Load(hub, requestsPerSecond, eventsPerSecond);
            load.start();
            var swaps = new ArrayList<Long>();
            for (int i = 1; i <= edits; i++) {
                var begun = System.nanoTime();
                hub.write(file, text(i)).awaitLive(file);
                swaps.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
            }
            load.stop();
            await().atMost(Duration.ofSeconds(60)).until(() -> seen.ids.size() >= load.published.size());
            var latencies = new ArrayList<>(load.millis);
            Collections.sort(latencies);
            System.getLogger("edits")
                    .log(
                            System.Logger.Level.INFO,
                            "figures: {0}",
                            Map.of(
                                    "edits", edits,
                                    "requests", latencies.size(),
                                    "failed", load.failures.size(),
                                    "p99 ms", latencies.get(latencies.size() * 99 / 100),
                                    "max ms", latencies.get(latencies.size() - 1),
                                    "events", load.published.size(),
                                    "lost", load.published.size() - seen.ids.size(),
                                    "duplicates", seen.calls.get() - seen.ids.size(),
                                    "saved to live ms", swaps));

            assertThat(load.failures).isEmpty();
            assertThat(seen.ids).containsAll(load.published);
            assertThat(latencies).hasSizeGreaterThan(edits);
            assertThat(load.published).hasSizeGreaterThan(edits);
        }
    }

    private static final class Load {

        private final EditedHub hub;
        private final long requestPause;
        private final long eventPause;
        private final HttpClient http = HttpClient.newHttpClient();
        private final List<String> failures = new CopyOnWriteArrayList<>();
        private final Set<String> published = ConcurrentHashMap.newKeySet();
        private final Queue<Long> millis = new ConcurrentLinkedQueue<>();
        private final AtomicLong next = new AtomicLong();
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private volatile boolean running = true;

        Load(EditedHub hub, int requestsPerSecond, int eventsPerSecond) {
            this.hub = hub;
            this.requestPause = TimeUnit.SECONDS.toNanos(CLIENTS) / requestsPerSecond;
            this.eventPause = TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
        }

        void start() {
            for (int i = 0; i < CLIENTS; i++) {
                threads.execute(this::request);
            }
            threads.execute(this::publish);
        }

        private void request() {
            while (running) {
                var id = "r" + next.incrementAndGet();
                var begun = System.nanoTime();
                try {
                    var answer = http.send(
                            HttpRequest.newBuilder(hub.uri("/t/load/" + id)).build(), BodyHandlers.ofString());
                    if (answer.statusCode() != 200 || !answer.body().startsWith(id + " ")) {
                        failures.add(answer.statusCode() + " " + answer.body());
                    }
                } catch (IOException failed) {
                    failures.add(failed.toString());
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                    return;
                }
                millis.add(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
                LockSupport.parkNanos(requestPause);
            }
        }

        private void publish() {
            var publisher = hub.bean(EventPublisher.class);
            while (running) {
                var id = "e" + next.incrementAndGet();
                publisher
                        .publish(new Event(
                                id,
                                "/test",
                                new EventType("load.made"),
                                null,
                                Instant.now(),
                                "text/plain",
                                null,
                                Map.of(),
                                id.getBytes(StandardCharsets.UTF_8)))
                        .whenComplete((done, failure) -> {
                            if (failure == null) {
                                published.add(id);
                            }
                        });
                LockSupport.parkNanos(eventPause);
            }
        }

        void stop() throws InterruptedException {
            running = false;
            threads.shutdown();
            assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        }
    }
}
