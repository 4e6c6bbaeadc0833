// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.bus.Binding;
import io.serai.bus.QueueDepths.Depth;
import io.serai.ledger.Warning.Kind;
import io.serai.message.EventPattern;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class WatchTest {

    private static final String QUEUE = "serai.events.greet";
    private static final Map<String, Depth> UNREAD = Map.of(QUEUE, new Depth(3, 0));

    private final Watch watch = new Watch(properties());

    @Test
    void anEmptyQueueOrOneThatIsReadIsNoReason() {
        assertThat(found(Map.of(QUEUE, new Depth(0, 0)))).isEmpty();
        assertThat(found(Map.of(QUEUE, new Depth(9, 1)))).isEmpty();
    }

    @Test
    void aQueueThatNoRouteReadsIsOrphaned() {
        assertThat(found(UNREAD)).containsExactly("ORPHANED_SUBSCRIPTION greet");
    }

    @Test
    void aRouteThatIsStoppedIsNamed() {
        assertThat(found(UNREAD, reader("greet-user", false, true))).containsExactly("STOPPED_ROUTE greet-user");
    }

    @Test
    void oneHubThatReadsIsEnough() {
        assertThat(found(Map.of(QUEUE, new Depth(3, 1)), reader("greet-user", false, true)))
                .isEmpty();
    }

    @Test
    void aStartedRouteWithoutAConsumerIsNamedByItsQueue() {
        assertThat(found(UNREAD, reader("greet-user", true, true))).containsExactly("QUEUE_WITHOUT_CONSUMERS " + QUEUE);
    }

    @Test
    void failuresThatNobodyTakesAreNamed() {
        assertThat(found(Map.of("serai.failures", new Depth(1, 0))))
                .containsExactly("DEAD_LETTERS_UNREAD serai.failures");
    }

    @Test
    void aQueueThatIsDeclaredNonDurableIsNamedThoughItIsRead() {
        assertThat(found(Map.of(), reader("bridge", true, false))).containsExactly("NON_DURABLE_QUEUE " + QUEUE);
    }

    @Test
    void whatPassesBeforeItsTimeIsNoWarning() {
        assertThat(watch.look(0, UNREAD, List.of(), List.of(), Set.of(), List.of()))
                .isEmpty();
        assertThat(watch.look(29_999, UNREAD, List.of(), List.of(), Set.of(), List.of()))
                .isEmpty();
        assertThat(watch.look(30_000, Map.of(), List.of(), List.of(), Set.of(), List.of()))
                .isEmpty();
        assertThat(watch.look(40_000, UNREAD, List.of(), List.of(), Set.of(), List.of()))
                .isEmpty();
    }

    @Test
    void whatAnotherHubHasWarnedOfHoldsOn() {
        watch.look(0, UNREAD, List.of(), List.of(), Set.of(), List.of());
        var warned = watch.look(30_000, UNREAD, List.of(), List.of(), Set.of(), List.of());
        var other = new Watch(properties());
        other.remember(
                warned.stream()
                        .map(each -> new Warning(each.kind(), each.name(), each.detail(), Instant.EPOCH))
                        .toList(),
                31_000);

        assertThat(other.look(31_000, UNREAD, List.of(), List.of(), Set.of(), List.of()))
                .hasSize(1);
    }

    @Test
    void aTypeThatOnlyTheLogHearsIsUnheard() {
        var log = new Binding("event-log", EventPattern.ALL, null);
        var greet = new Binding("greet", new EventPattern("user.*"), null);
        var types = Set.of("user.created", "parcel.lost", "system.heartbeat");

        watch.look(0, Map.of(), List.of(), List.of(log, greet), types, List.of());
        var found = watch.look(30_000, Map.of(), List.of(), List.of(log, greet), Set.of(), List.of());
        assertThat(found).extracting(Warning::kind).containsExactly(Kind.EVENT_WITHOUT_SUBSCRIBER);
        assertThat(found).extracting(Warning::name).containsExactly("parcel.lost");

        var all = new Binding("all", EventPattern.ALL, null);
        assertThat(watch.look(31_000, Map.of(), List.of(), List.of(log, all), Set.of(), List.of()))
                .isEmpty();
    }

    private List<String> found(Map<String, Depth> depths, QueueReader... readers) {
        watch.look(0, depths, List.of(readers), List.of(), Set.of(), List.of());
        return watch.look(30_000, depths, List.of(readers), List.of(), Set.of(), List.of()).stream()
                .map(each -> each.kind() + " " + each.name())
                .toList();
    }

    private static QueueReader reader(@Nullable String route, boolean reading, boolean durable) {
        return new QueueReader(QUEUE, route, reading, durable, 0, 0);
    }

    private static LedgerProperties properties() {
        return new LedgerProperties(
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                Duration.ofSeconds(30),
                Duration.ofDays(7),
                List.of(new EventPattern("system.#")));
    }
}
