// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private static final RetryPolicy POLICY =
            new RetryPolicy(List.of(Duration.ofSeconds(1), Duration.ofSeconds(60)), 0.2);

    private static Duration before(int round, int asked) {
        return POLICY.delayBefore(round, Duration.ofSeconds(asked), new Random())
                .orElseThrow();
    }

    @RepeatedTest(20)
    void aPartnerThatAsksToWaitIsNotCalledEarlierAndNotMuchLater() {
        assertThat(before(1, 30)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(36));
        assertThat(before(1, 0)).isBetween(Duration.ofMillis(800), Duration.ofMillis(1200));
        assertThat(before(2, 30)).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(72));
    }

    @RepeatedTest(20)
    void itIsHeededUpToTheLongestDelay() {
        assertThat(before(1, 3600)).isBetween(Duration.ofSeconds(60), Duration.ofSeconds(72));
    }

    @Test
    void itGivesNoRoundBeyondThoseOfThePolicy() {
        assertThat(POLICY.delayBefore(3, Duration.ofSeconds(1), new Random())).isEmpty();
    }
}
