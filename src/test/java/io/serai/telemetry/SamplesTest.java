// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SamplesTest {

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 10); // nanoTime may wrap
    private final Samples samples = new Samples(now::get);

    @Test
    void rateIsTheGrowthOverTheWindow() {
        for (int second = 0; second <= 100; second++) {
            sampleAfter(1000, second <= 95 ? 0 : (second - 95) * 10.0);
        }

        assertThat(samples.rate("a", Duration.ofSeconds(1))).isEqualTo(10);
        assertThat(samples.rate("a", Duration.ofMinutes(1))).isEqualTo(50 / 60.0, within(0.001));
    }

    @Test
    void aWindowLongerThanTheHistoryIsCutToIt() {
        sampleAfter(1000, 0);
        sampleAfter(1000, 4);
        sampleAfter(1000, 8);

        assertThat(samples.rate("a", Duration.ofMinutes(5))).isEqualTo(4);
    }

    @Test
    void lateSamplesAreDividedByTheTimeThatPassed() {
        sampleAfter(1000, 0);
        sampleAfter(1250, 5);

        assertThat(samples.rate("a", Duration.ofSeconds(1))).isEqualTo(4);
    }

    @Test
    void whatWasNeverSampledHasNoRate() {
        assertThat(samples.rate("a", Duration.ofSeconds(1))).isZero();
        sampleAfter(1000, 3);
        assertThat(samples.rate("a", Duration.ofSeconds(1))).isZero();
        assertThat(samples.rate("b", Duration.ofSeconds(1))).isZero();
    }

    private void sampleAfter(long millis, double count) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
        samples.add(Map.of("a", count));
    }
}
