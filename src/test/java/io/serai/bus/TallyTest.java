// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class TallyTest {

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:17Z");
    private static final long WINDOW = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();

    private final Tally tally = new Tally();

    @Test
    void nothingIsCountedBeforeTheLedgerAsksForIt() {
        tally.published(event("1"), WINDOW);

        assertThat(tally.window()).isZero();
        assertThat(tally.drain()).isEmpty();
    }

    @Test
    void marksAreKeptByWindowKindAndName() {
        tally.open(Duration.ofMinutes(1), NOON);
        tally.published(event("1"), tally.window());
        tally.published(event("1"), tally.window());
        tally.delivered("greet", event("1"), tally.window());
        tally.failed("greet", event("2"), tally.window() - 60_000);

        var sheets = tally.drain();

        assertThat(sheets)
                .extracting(sheet -> sheet.kind() + " " + sheet.name() + " " + (sheet.window() - WINDOW) + " "
                        + sheet.marks().length)
                .containsExactlyInAnyOrder(
                        "PUBLISHED user.created 0 2", "DELIVERED greet 0 1", "FAILED greet -60000 1");
        assertThat(tally.drain()).isEmpty();
    }

    @Test
    void theWindowTravelsWithTheMessageAndIsNotSeenAsAnAttribute() {
        var event = event("1");
        var properties = AmqpEvents.properties(event, WINDOW, null);

        assertThat(Tally.windowOf(properties)).isEqualTo(WINDOW);
        assertThat(AmqpEvents.event(properties, new byte[0]).extensions()).isEmpty();
        assertThat(Tally.windowOf(AmqpEvents.properties(event))).isZero();
        assertThat(Tally.windowOf(new BasicProperties.Builder()
                        .headers(Map.of(Tally.HEADER, "x"))
                        .build()))
                .isZero();
    }

    @Test
    void sourceAndIdTogetherMakeTheMark() {
        assertThat(Tally.mark("/a", "b")).isNotEqualTo(Tally.mark("/ab", "")).isNotEqualTo(Tally.mark("/a", "c"));
        assertThat(IntStream.range(0, 1_000_000)
                        .mapToLong(number -> Tally.mark("/serai/gateway", EventIds.next()))
                        .distinct()
                        .count())
                .isEqualTo(1_000_000);
    }

    @Test
    void whatNobodyFetchesIsDroppedAndItsWindowNamed() {
        tally.open(Duration.ofMinutes(1), NOON);
        IntStream.range(0, Tally.MAX_MARKS + 10).forEach(number -> tally.published(event("1"), WINDOW));
        tally.delivered("greet", event("1"), WINDOW - 60_000);

        var sheets = tally.drain();

        assertThat(sheets.stream().mapToInt(sheet -> sheet.marks().length).sum())
                .isLessThanOrEqualTo(Tally.MAX_MARKS);
        assertThat(sheets)
                .filteredOn(sheet -> sheet.kind() == Tally.Kind.LOST)
                .extracting(Tally.Sheet::window)
                .containsExactly(WINDOW - 60_000, WINDOW);
    }

    /** Prints what one mark costs the thread that makes it: alone, and with four at it. */
    @Test
    @Tag("long")
    void aMarkCostsLessThanAMicrosecond() {
        tally.open(Duration.ofMinutes(1), NOON);
        var events = IntStream.range(0, 1000)
                .mapToObj(number -> event(EventIds.next()))
                .toArray(Event[]::new);
        var alone = IntStream.range(0, 20).mapToLong(run -> nanos(events)).min().orElseThrow();
        var four = IntStream.range(0, 20)
                .mapToLong(run -> {
                    var threads = IntStream.range(0, 4)
                            .mapToObj(each -> CompletableFuture.supplyAsync(() -> nanos(events)))
                            .toList();
                    return threads.stream()
                            .mapToLong(CompletableFuture::join)
                            .max()
                            .orElseThrow();
                })
                .min()
                .orElseThrow();
        System.getLogger("tally").log(System.Logger.Level.INFO, "ns per mark alone={0} fourThreads={1}", alone, four);

        assertThat(alone).isLessThan(1000);
    }

    private long nanos(Event[] events) {
        int rounds = 200;
        var window = tally.window();
        var start = System.nanoTime();
        for (int round = 0; round < rounds; round++) {
            for (var event : events) {
                tally.delivered("export-user-to-crm", event, window);
            }
            if (round % 50 == 0) {
                tally.drain();
            }
        }
        return (System.nanoTime() - start) / (rounds * (long) events.length);
    }

    private static Event event(String id) {
        return new Event(
                id, "/serai/insert-user", new EventType("user.created"), null, NOON, null, null, Map.of(), new byte[0]);
    }
}
