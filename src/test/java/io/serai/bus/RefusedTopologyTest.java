// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RefusedTopologyTest {

    private final AtomicLong now = new AtomicLong();
    private final RefusedTopology refused = new RefusedTopology(now::get);

    @Test
    void oneCauseIsSaidOnceAMinuteWhoeverMeetsIt(CapturedOutput output) {
        for (int second = 0; second < 150; second++) {
            refused.refused("subscription a", "inequivalent arg");
            refused.refused("queue serai.events.a", "inequivalent arg");
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }

        assertThat(output.toString().lines().filter(line -> line.contains("inequivalent arg")))
                .hasSize(3)
                .allSatisfy(line -> assertThat(line).contains("empty and delete it"));
        assertThat(refused.causes()).containsOnlyKeys("queue serai.events.a", "subscription a");
    }

    @Test
    void aCauseThatIsMendedIsForgottenAndSaidAtOnceWhenItIsBack(CapturedOutput output) {
        refused.refused("subscription a", "inequivalent arg");
        refused.accepted("subscription a");
        refused.refused("subscription a", "inequivalent arg");

        assertThat(output.toString().lines().filter(line -> line.contains("inequivalent arg")))
                .hasSize(2);
    }
}
