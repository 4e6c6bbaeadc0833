// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import static io.serai.eventlog.Samples.SOURCE;
import static io.serai.eventlog.Samples.bytes;
import static io.serai.eventlog.Samples.event;
import static io.serai.eventlog.Samples.events;
import static io.serai.eventlog.Samples.fromSource;
import static io.serai.eventlog.Samples.withBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.serai.message.Event;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the log promises on every database. */
abstract class EventLogContract {

    private LogDatabase database;
    private EventLog log;
    private LoggedEvents read;

    abstract LogDatabase database();

    @BeforeEach
    void emptyLog() {
        database = database();
        database.clear();
        log = database.log();
        read = database.events();
    }

    @Test
    void eventComesBackAsItWent() {
        var sent = new Event(
                "id 1/ü\u4e2d",
                "/s?q=1#f",
                new EventType("order.placed"),
                "subject \"quoted\" \ud83d\ude00",
                Instant.parse("2026-11-21T10:00:00.123456789Z"),
                "application/json",
                "https://example.org/schema",
                Map.of("correlationid", "c-1", "quote", "\"\\ü\ud83d\ude00", "empty", ""),
                new byte[] {0, 1, -1, '{'});

        assertThat(log.append(List.of(sent))).isEqualTo(new EventLog.Appended(1, 1));

        var back = read.find(sent.id(), sent.source()).orElseThrow();
        assertThat(back.position()).isEqualTo(1);
        assertThat(back.type()).isEqualTo("order.placed");
        assertThat(back.subject()).isEqualTo(sent.subject());
        assertThat(Instant.parse(back.time())).isEqualTo(sent.time());
        assertThat(back.dataContentType()).isEqualTo("application/json");
        assertThat(back.dataSchema()).isEqualTo("https://example.org/schema");
        assertThat(back.extensions()).isEqualTo(sent.extensions());
        assertThat(back.data()).isEqualTo(sent.data());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"})
    void timesAtTheEndsOfTheCalendarAreKept(String time) {
        var sample = event("1", "a");
        log.append(List.of(
                new Event("1", SOURCE, sample.type(), null, Instant.parse(time), null, null, Map.of(), new byte[0])));

        assertThat(read.find("1", SOURCE).orElseThrow().time()).isEqualTo(time);
    }

    @Test
    void eventWithoutTimeHasNoneAndAttributesKeepTheirTypes() {
        var sent = new Event(
                "1",
                SOURCE,
                new EventType("a"),
                null,
                null,
                null,
                null,
                Map.of("flag", true, "count", -7, "text", "7"),
                new byte[0]);

        log.append(List.of(sent));

        var back = read.find("1", SOURCE).orElseThrow();
        assertThat(back.time()).isNull();
        assertThat(back.extensions()).isEqualTo(sent.extensions());
    }

    @Test
    void longestAttributesFit() {
        var sample = event("1", "a");
        var sent = new Event(
                "\u4e2d".repeat(85),
                "\u4e2d".repeat(512),
                new EventType("x".repeat(255)),
                "\u4e2d".repeat(512),
                sample.time(),
                "text/" + "x".repeat(127),
                "\u4e2d".repeat(512),
                Map.of("a".repeat(64), "\u4e2d".repeat(4096)),
                new byte[20 << 20]);

        log.append(List.of(sent));

        assertThat(read.find(sent.id(), sent.source()).orElseThrow().data()).hasSize(20 << 20);
    }

    @Test
    void duplicatesInTheBatchAndInTheLogAreStoredOnce() {
        log.append(events("a", 3, "order.placed"));
        var mixed = events("a", 5, "order.placed");
        mixed.addAll(events("a", 5, "order.placed"));

        assertThat(log.append(mixed)).isEqualTo(new EventLog.Appended(2, 5));
        assertThat(log.append(mixed)).isEqualTo(new EventLog.Appended(0, 5));
        assertThat(positions(all(500))).containsExactly(5L, 4L, 3L, 2L, 1L);
    }

    @Test
    void sameIdFromAnotherSourceIsAnotherEvent() {
        log.append(List.of(fromSource("1", "/a"), fromSource("1", "/b"), fromSource("1", "/a")));

        assertThat(read.sourcesOf("1", 20)).containsExactly("/a", "/b");
        assertThat(read.find("1", "/b")).isPresent();
        assertThat(read.find("1", "/c")).isEmpty();
    }

    @Test
    void writersTakeTurnsAndWhoFollowsMissesNothing() throws Exception {
        int writers = 4;
        int batches = 40;
        int size = 10;
        var threads = Executors.newFixedThreadPool(writers + 1);
        try {
            var reader = CompletableFuture.supplyAsync(() -> followUpTo((long) writers * batches * size), threads);
            var written = IntStream.range(0, writers)
                    .mapToObj(writer -> CompletableFuture.runAsync(
                            () -> {
                                for (int i = 0; i < batches; i++) {
                                    var batch = events("w" + writer + "-" + i + "-", size, "order.placed");
                                    // every batch holds one that another writer may store as well
                                    batch.set(0, event("shared-" + i, "order.placed"));
                                    log.append(batch);
                                }
                            },
                            threads))
                    .toArray(CompletableFuture[]::new);
            CompletableFuture.allOf(written).get(60, TimeUnit.SECONDS);
            int distinct = writers * batches * (size - 1) + batches;
            // lets the reader, who cannot know the number of duplicates, come to its end
            log.append(events("rest", writers * batches * size - distinct, "order.placed"));

            assertThat(reader.get(60, TimeUnit.SECONDS))
                    .isEqualTo(LongStream.rangeClosed(1, (long) writers * batches * size)
                            .boxed()
                            .toList());
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void failedAppendLeavesNoGap() {
        log.append(events("a", 2, "order.placed"));
        var batch = events("b", 3, "order.placed");
        refuse("b1");
        try {
            assertThatExceptionOfType(RuntimeException.class)
                    .isThrownBy(() -> log.append(batch))
                    .matches(Refusal::isOfTheRow);
        } finally {
            refuseNothing();
        }

        assertThat(log.append(batch)).isEqualTo(new EventLog.Appended(3, 5));
    }

    @Test
    void refusedEventIsIsolatedAndTheOthersAreStored() {
        refuse("a13");
        try {
            var done = Collections.synchronizedList(new ArrayList<String>());
            var refused = new ArrayList<String>();
            var head = new LogHead();
            var meters = new SimpleMeterRegistry();
            new BatchWriter(log, head, meters).write(incoming(events("a", 100, "order.placed"), done, refused));

            assertThat(refused).containsExactly("a13");
            assertThat(done).hasSize(99).doesNotContain("a13");
            assertThat(positions(all(500))).hasSize(99).first().isEqualTo(99L);
            assertThat(meters.counter("serai.eventlog.stored").count()).isEqualTo(99);
        } finally {
            refuseNothing();
        }
    }

    @Test
    void batchWaitsForTheDatabaseAndIsStoredOnce() throws Exception {
        database.outage().begin();
        var done = Collections.synchronizedList(new ArrayList<String>());
        var refused = Collections.synchronizedList(new ArrayList<String>());
        var writer = new BatchWriter(log, new LogHead(), new SimpleMeterRegistry());
        var writing = CompletableFuture.runAsync(() -> writer.write(incoming(events("a", 10, "b"), done, refused)));

        assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> writing.get(250, TimeUnit.MILLISECONDS));
        assertThat(done).isEmpty();
        database.outage().end();

        writing.get(10, TimeUnit.SECONDS);
        assertThat(done).hasSize(10);
        assertThat(refused).isEmpty();
        assertThat(read.bounds().last()).isEqualTo(10);
    }

    @Test
    void hubThatStopsWhileTheDatabaseIsAwayLeavesTheBatchUnsettled() throws Exception {
        database.outage().begin();
        try {
            var settled = Collections.synchronizedList(new ArrayList<String>());
            var writer = new BatchWriter(log, new LogHead(), new SimpleMeterRegistry());
            var writing =
                    CompletableFuture.runAsync(() -> writer.write(incoming(events("a", 10, "b"), settled, settled)));
            writer.close();

            writing.get(10, TimeUnit.SECONDS);
            assertThat(settled).isEmpty();
        } finally {
            database.outage().end();
        }
    }

    /** Else each reconnect, while the database is away, would leave a thread and what it holds. */
    @Test
    void aBatchThatTheBrokerHasTakenBackIsNotWaitedFor() throws Exception {
        database.outage().begin();
        try {
            var settled = Collections.synchronizedList(new ArrayList<String>());
            var wanted = new AtomicBoolean(true);
            var writer = new BatchWriter(log, new LogHead(), new SimpleMeterRegistry());
            var writing = CompletableFuture.runAsync(() -> writer.write(events("a", 10, "b").stream()
                    .map(each -> new BatchWriter.Incoming(
                            each, () -> settled.add(each.id()), cause -> settled.add(each.id()), wanted::get))
                    .toList()));
            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> writing.get(1, TimeUnit.SECONDS));

            wanted.set(false);

            writing.get(10, TimeUnit.SECONDS);
            assertThat(settled).isEmpty();
        } finally {
            database.outage().end();
        }
    }

    @Test
    void queriesSayThatTheDatabaseIsAway() {
        database.outage().begin();
        try {
            assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> all(1));
        } finally {
            database.outage().end();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#",
                "order.#",
                "order.*",
                "*.placed",
                "order.placed",
                "#.placed",
                "*",
                "*.*",
                "order.#.added",
                "#.#",
                "a_b",
                "order.*.#",
                "#.order.#",
                "order.line.*",
                "a-b.#"
            })
    void patternSelectsWhatItMatches(String text) {
        var types = List.of(
                "order",
                "order.placed",
                "order.line.added",
                "orders.placed",
                "user.placed",
                "a_b",
                "axb",
                "a-b.c",
                "order.line",
                "x.order.y");
        var id = new int[1];
        log.append(types.stream().map(type -> event("e" + id[0]++, type)).toList());
        var pattern = new EventPattern(text);

        var expected = types.stream()
                .filter(type -> pattern.matches(new EventType(type)))
                .toList();

        assertThat(page(EventQuery.of(pattern), LogPosition.END, 50).items())
                .extracting(StoredEvent::type)
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(read.after(EventQuery.of(pattern), LogPosition.at(0), 50).events())
                .extracting(StoredEvent::type)
                .containsExactlyElementsOf(expected);
    }

    @Test
    void partsOfTheQueryNarrowTogether() {
        log.append(events("a", 3, "order.placed"));
        log.append(List.of(fromSource("a1", "/other")));

        assertThat(ids(new EventQuery(EventPattern.ALL, "a1", null, null, null, null)))
                .containsExactly("a1", "a1");
        assertThat(ids(new EventQuery(EventPattern.ALL, "a1", null, SOURCE, null, null)))
                .containsExactly("a1");
        assertThat(ids(new EventQuery(EventPattern.ALL, null, "subject-a2", null, null, null)))
                .containsExactly("a2");
        assertThat(ids(new EventQuery(new EventPattern("user.#"), null, "subject-a2", null, null, null)))
                .isEmpty();
        assertThat(ids(new EventQuery(EventPattern.ALL, null, null, "/other", null, null)))
                .containsExactly("a1");
    }

    @Test
    void timesSelectByWhenTheLogStored() {
        log.append(events("a", 3, "order.placed"));
        log.append(events("b", 3, "order.placed"));
        storedAt(1, 2, "2026-01-01T00:00:00Z");
        storedAt(3, 4, "2026-01-02T00:00:00Z");
        storedAt(5, 6, "2026-01-03T00:00:00Z");

        assertThat(positions(stored("2026-01-02T00:00:00Z", null))).containsExactly(6L, 5L, 4L, 3L);
        assertThat(positions(stored(null, "2026-01-02T00:00:00Z"))).containsExactly(2L, 1L);
        assertThat(positions(stored("2026-01-01T12:00:00Z", "2026-01-02T12:00:00Z")))
                .containsExactly(4L, 3L);
        assertThat(positions(stored("2027-01-01T00:00:00Z", null))).isEmpty();
        assertThat(positions(stored(null, "0000-01-01T00:00:00Z"))).isEmpty();
    }

    @Test
    void pagesFitTogetherWhileEventsArrive() {
        log.append(events("a", 25, "order.placed"));
        var seen = new ArrayList<Long>();
        LogPosition before = LogPosition.END;
        int pages = 0;
        for (String next = ""; next != null; pages++) {
            var page = page(EventQuery.of(EventPattern.ALL), before, 10);
            seen.addAll(positions(page));
            log.append(events("new" + pages + "-", 7, "order.placed"));
            next = page.next();
            before = next == null ? before : Cursor.position(next);
        }

        assertThat(pages).isEqualTo(3);
        assertThat(seen)
                .isEqualTo(LongStream.rangeClosed(1, 25)
                        .boxed()
                        .sorted(Collections.reverseOrder())
                        .toList());
    }

    @Test
    void filteredPagesFitTogether() {
        for (int i = 0; i < 30; i++) {
            log.append(List.of(event("e" + i, i % 3 == 0 ? "order.placed" : "user.created")));
        }
        var seen = new ArrayList<Long>();
        String next = Cursor.before(LogPosition.END);
        while (next != null) {
            var page = page(EventQuery.of(new EventPattern("order.*")), Cursor.position(next), 4);
            seen.addAll(positions(page));
            next = page.next();
        }

        assertThat(seen).containsExactly(28L, 25L, 22L, 19L, 16L, 13L, 10L, 7L, 4L, 1L);
    }

    @Test
    void pageOfLargeBodiesIsCutAndGoesOn() {
        int third = (int) (LoggedEvents.MAX_BODY_BYTES / 3);
        log.append(IntStream.range(0, 5)
                .mapToObj(i -> withBody("big" + i, "application/octet-stream", new byte[third]))
                .toList());
        log.append(List.of(withBody("huge", "application/octet-stream", new byte[4 * third])));

        var first = all(500);
        assertThat(positions(first)).containsExactly(6L);
        var second = page(EventQuery.of(EventPattern.ALL), Cursor.position(Objects.requireNonNull(first.next())), 500);
        assertThat(positions(second)).containsExactly(5L, 4L, 3L);
        var third3 = page(EventQuery.of(EventPattern.ALL), Cursor.position(Objects.requireNonNull(second.next())), 500);
        assertThat(positions(third3)).containsExactly(2L, 1L);
        assertThat(third3.next()).isNull();

        var slice = read.after(EventQuery.of(EventPattern.ALL), LogPosition.at(0), 500);
        assertThat(slice.events()).hasSize(3);
        assertThat(slice.reached().position()).isEqualTo(3);
    }

    @Test
    void purgeForgetsTheOldestAndPositionsGoOn() {
        log.append(events("a", 2500, "order.placed"));
        storedAt(1, 2200, "2026-01-01T00:00:00Z");
        var retention = new EventLogRetention(log, read, Duration.ofDays(30));

        retention.purge();

        assertThat(read.bounds()).isEqualTo(new LoggedEvents.Bounds(2201, 2500));
        storedAt(2201, 2500, "2026-01-01T00:00:00Z");
        retention.purge();
        assertThat(read.bounds()).isEqualTo(new LoggedEvents.Bounds(2501, 2500));
        assertThat(all(10)).isEqualTo(new EventPage(List.of(), null));
        assertThat(log.append(events("a", 1, "order.placed")).last()).isEqualTo(2501);
        assertThat(positions(all(10))).containsExactly(2501L);
    }

    @Test
    void storedTimeNeverFalls() {
        log.append(events("a", 1, "order.placed"));
        database.client()
                .sql("UPDATE event_log_head SET stored_at = TIMESTAMP WITH TIME ZONE '2099-01-01 00:00:00Z'")
                .update();
        try {
            log.append(events("b", 1, "order.placed"));
            assertThat(all(1).items().get(0).storedAt()).isEqualTo("2099-01-01T00:00:00Z");
        } finally {
            database.client()
                    .sql("UPDATE event_log_head SET stored_at = CURRENT_TIMESTAMP")
                    .update();
        }
    }

    @Test
    void jsonBodyIsShownByteForByte() throws Exception {
        var body = "{ \"a\" : 1.0e5,\n\t\"b\":\"\\u0000 \\ud800\", \"a\" : 1 , \"big\":" + "9".repeat(5000) + "}";
        log.append(List.of(withBody("1", "application/json", bytes(body))));

        var json = new com.fasterxml.jackson.databind.ObjectMapper().writeValueAsString(all(10));

        assertThat(json).contains("\"data\":" + body);
    }

    private static List<BatchWriter.Incoming> incoming(List<Event> events, List<String> done, List<String> refused) {
        return events.stream()
                .map(each -> new BatchWriter.Incoming(
                        each, () -> done.add(each.id()), cause -> refused.add(each.id()), () -> true))
                .toList();
    }

    private EventPage all(int limit) {
        return page(EventQuery.of(EventPattern.ALL), LogPosition.END, limit);
    }

    private EventPage page(EventQuery query, LogPosition before, int limit) {
        return read.page(query, before, limit);
    }

    private EventPage stored(@Nullable String since, @Nullable String until) {
        return page(
                new EventQuery(
                        EventPattern.ALL,
                        null,
                        null,
                        null,
                        since == null ? null : Instant.parse(since),
                        until == null ? null : Instant.parse(until)),
                LogPosition.END,
                50);
    }

    private List<String> ids(EventQuery query) {
        return page(query, LogPosition.END, 50).items().stream()
                .map(StoredEvent::id)
                .toList();
    }

    private static List<Long> positions(EventPage page) {
        return page.items().stream().map(StoredEvent::position).toList();
    }

    private List<Long> followUpTo(long end) {
        var seen = new ArrayList<Long>();
        var position = LogPosition.at(0);
        while (position.position() < end) {
            var slice = read.after(EventQuery.of(EventPattern.ALL), position, 37);
            slice.events().forEach(event -> seen.add(event.position()));
            position = slice.reached();
        }
        return seen;
    }

    private void storedAt(long first, long last, String time) {
        database.client()
                .sql(
                        "UPDATE event_log SET stored_at = CAST(? AS TIMESTAMP WITH TIME ZONE) WHERE position BETWEEN ? AND ?")
                .param(time)
                .param(first)
                .param(last)
                .update();
    }

    private void refuse(String id) {
        database.client()
                .sql("ALTER TABLE event_log ADD CONSTRAINT refused CHECK (id <> '" + id + "')")
                .update();
    }

    private void refuseNothing() {
        database.client().sql("ALTER TABLE event_log DROP CONSTRAINT refused").update();
    }
}
