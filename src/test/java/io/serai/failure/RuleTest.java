// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class RuleTest {

    @Test
    void aStarStandsForAnyTextAndWhatIsNotGivenFits() {
        assertThat(Rule.fits("java.net.*", "java.net.ConnectException")).isTrue();
        assertThat(Rule.fits("*timed out*", "connection timed out after 3 s")).isTrue();
        assertThat(Rule.fits("*", "")).isTrue();
        assertThat(Rule.fits("a*b", "ab")).isTrue();
        assertThat(Rule.fits("ab*ba", "aba")).isFalse();
        assertThat(Rule.fits("a", "ab")).isFalse();
        assertThat(Rule.fits("", "ab")).isFalse();
        assertThat(Rule.fits("a*c*b", "a-b-c")).isFalse();
        assertThat(Rule.fits("java.net.[A-Z].", "java.net.C.")).isFalse();
        assertThat(new Rule("java.io.IOException", null, null, Rule.Verdict.RETRYABLE)
                        .fits("a.Wrapped,java.io.IOException", null, null))
                .isTrue();
        assertThat(new Rule(null, "x*", "r", Rule.Verdict.RETRYABLE).fits("a.B", null, "r"))
                .isFalse();
    }

    @Test
    void noPatternTakesLong() {
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThat(Rule.fits("*a".repeat(240) + "b", "a".repeat(32_000)))
                        .isFalse());
    }
}
