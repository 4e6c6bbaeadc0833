// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.bus.BusProperties;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

class BacklogTest {

    private final Backlog backlog = new Backlog(new BusProperties.OutboxRelay(
            500, 3, DataSize.ofKilobytes(10), Duration.ofMillis(200), Duration.ofSeconds(5)));

    @Test
    void rowsAreBoundedAlsoWhileTheirTransactionsAreOpen() {
        backlog.write(List.of(event(0), event(0))).committed();
        var open = backlog.write(List.of(event(0)));

        assertThatThrownBy(() -> backlog.write(List.of(event(0))))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("serai.bus.outbox.max-rows");
        open.rolledBack();
        backlog.write(List.of(event(0)));
    }

    @Test
    void bytesAreBoundedAndOneWriteMayOvershoot() {
        var large = List.of(event(20_000));
        backlog.write(large).committed();
        assertThat(backlog.isFull()).isTrue();
        assertThatThrownBy(() -> backlog.write(List.of(event(0)))).isInstanceOf(Unavailable.class);

        backlog.relayed(large);

        assertThat(backlog.isFull()).isFalse();
        assertThat(backlog.size().bytes()).isZero();
    }

    @Test
    void countReplacesWhatWasKnownAndKeepsWhatHappenedMeanwhile() {
        backlog.write(List.of(event(0))).committed();
        backlog.counting();
        var open = backlog.write(List.of(event(0)));
        backlog.counted(new Backlog.Size(1, 2, 7.5));
        assertThat(backlog.size().rows()).isEqualTo(2);
        open.committed();
        assertThat(backlog.size().rows()).isEqualTo(2);
        assertThat(backlog.size().oldestSeconds()).isBetween(7.5, 60.0);

        backlog.counting();
        backlog.counted(new Backlog.Size(0, 0, 0));
        assertThat(backlog.size().rows()).isZero();
    }

    private static Event event(int bytes) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType("t"),
                "s",
                Instant.EPOCH,
                null,
                null,
                Map.of(),
                new byte[bytes]);
    }
}
