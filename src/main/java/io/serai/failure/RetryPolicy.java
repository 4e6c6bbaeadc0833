// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * When a failed message is tried again.
 *
 * @param delays pause before each round, at most 7 days; none: it is dead at once
 * @param jitter part of a pause by which it may be shorter or longer, 0 to 1
 */
record RetryPolicy(List<Duration> delays, double jitter) {

    static RetryPolicy of(Duration... delays) {
        return new RetryPolicy(List.of(delays), 0.2);
    }

    /**
     * How long to wait before a round.
     *
     * @param round 1 or more
     * @return empty where the rounds are used up
     */
    Optional<Duration> delayBefore(int round, RandomGenerator random) {
        if (round > delays.size()) {
            return Optional.empty();
        }
        var factor = jitter == 0 ? 1 : random.nextDouble(1 - jitter, 1 + jitter);
        return Optional.of(Duration.ofMillis(Math.round(delays.get(round - 1).toMillis() * factor)));
    }
}
