// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoreAndForwardTest {

    @Test
    void whatFollowsAnUnconfirmedEventOfItsSubjectIsStoredWithIt() {
        var events = List.of(event("a"), event("b"), event("a"), event("b"), event(null), event(null), event("a"));
        var sent = List.of(safe(), safe(), refused(), safe(), refused(), safe(), safe());

        assertThat(StoreAndForward.unsure(events, List.of(0, 1, 2, 3, 4, 5, 6), sent))
                .containsExactly(2, 4, 6);
    }

    @Test
    void onlyWhatWasSentIsLookedAt() {
        var events = List.of(event("waits"), event("a"), event("waits"), event("a"));

        assertThat(StoreAndForward.unsure(events, List.of(1, 3), List.of(safe(), refused())))
                .containsExactly(3);
    }

    @Test
    void whatIsInvalidIsNotStoredAndHoldsUpNothing() {
        var events = List.of(event("a"), event("a"), event("b"));
        var invalid = CompletableFuture.<Void>failedFuture(new Invalid("too large"));

        assertThat(StoreAndForward.unsure(events, List.of(0, 1, 2), List.of(invalid, safe(), refused())))
                .containsExactly(2);
    }

    private static CompletableFuture<Void> safe() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletableFuture<Void> refused() {
        return CompletableFuture.failedFuture(new Unavailable("nack"));
    }

    private static Event event(@Nullable String subject) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType("t"),
                subject,
                Instant.EPOCH,
                null,
                null,
                Map.of(),
                new byte[0]);
    }
}
