// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import static io.serai.ledger.LedgerLine.State.ALARM;
import static io.serai.ledger.LedgerLine.State.DIFFERENCE;
import static io.serai.ledger.LedgerLine.State.UNCERTAIN;
import static io.serai.ledger.LedgerLine.State.WAITING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LineTest {

    private static final long ALARM_AFTER = 100;

    @Test
    void whatWaitsIsTheYoungest() {
        var judged =
                Line.judged(List.of(line(30, 5, null), line(20, 5, null), line(10, 5, null)), 8, 0, 1000, ALARM_AFTER);

        assertThat(judged).extracting(Line::waiting).containsExactly(5L, 3L, 0L);
        assertThat(judged).extracting(Line::state).containsExactly(WAITING, DIFFERENCE, DIFFERENCE);
        assertThat(judged).extracting(Line::since).containsExactly(null, 1000L, 1000L);
    }

    @Test
    void aDifferenceThatStaysIsAnAlarm() {
        assertThat(one(line(10, 1, 1000L), 0, 1000, 1099)).isEqualTo(DIFFERENCE);
        assertThat(one(line(10, 1, 1000L), 0, 1000, 1100)).isEqualTo(ALARM);
    }

    @Test
    void noneIsWhileAConsumerMayStillHaveItInHand() {
        assertThat(one(line(10, 1, 1000L), 0, 999, 9999)).isEqualTo(DIFFERENCE);
    }

    @Test
    void whatIsFoundAgainIsNoDifference() {
        var judged = Line.judged(List.of(line(10, 1, 1000L)), 1, 1000, 9999, ALARM_AFTER);

        assertThat(judged).extracting(Line::state).containsExactly(WAITING);
        assertThat(judged).extracting(Line::since).containsExactly((Long) null);
    }

    @Test
    void whereAHubWasKilledItIsUncertain() {
        var killed = new Line(10, "s", 1, 0, true, 1000L, DIFFERENCE);

        assertThat(one(killed, 0, 1000, 9999)).isEqualTo(UNCERTAIN);
    }

    private static LedgerLine.State one(Line line, long waiting, long turned, long now) {
        return Line.judged(List.of(line), waiting, turned, now, ALARM_AFTER)
                .get(0)
                .state();
    }

    private static Line line(long window, long missing, @Nullable Long since) {
        return new Line(window, "s", missing, 0, false, since, DIFFERENCE);
    }
}
