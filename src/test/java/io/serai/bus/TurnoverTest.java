// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TurnoverTest {

    private final Turnover turnover = new Turnover(0);

    @Test
    void anIdleConsumerHasNothingOfBefore() {
        assertThat(turnover.sample(10, 0, 0, 250)).isEqualTo(10);
    }

    @Test
    void onceAsManyAreSettledAsMayBeInFlightNothingOfBeforeIsLeft() {
        turnover.sample(10, 0, 0, 100);
        assertThat(turnover.sample(20, 50, 1, 100)).isEqualTo(10);
        assertThat(turnover.sample(30, 99, 1, 100)).isEqualTo(10);
        assertThat(turnover.sample(40, 100, 1, 100)).isEqualTo(10);
        assertThat(turnover.sample(50, 200, 1, 100)).isEqualTo(40);
    }

    @Test
    void oneThatIsStuckStandsStill() {
        turnover.sample(10, 0, 0, 100);
        assertThat(turnover.sample(1000, 5, 1, 100)).isEqualTo(10);
        assertThat(turnover.sample(100_000, 5, 1, 100)).isEqualTo(10);
    }

    @Test
    void aMomentBetweenTwoMessagesIsNoIdling() {
        turnover.sample(10, 0, 0, 100);
        assertThat(turnover.sample(20, 7, 0, 100)).isEqualTo(10);
    }
}
