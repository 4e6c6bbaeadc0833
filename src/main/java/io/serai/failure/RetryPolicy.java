// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import java.time.Duration;
import java.util.Comparator;
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
     * @param asked how long the system that refused the message asks to be left alone, 0 where it does not ask; heeded up to
     *     the longest of the delays
     * @return empty where the rounds are used up
     */
    Optional<Duration> delayBefore(int round, Duration asked, RandomGenerator random) {
        if (round > delays.size()) {
            return Optional.empty();
        }
        var planned = times(delays.get(round - 1), 1 - jitter, random);
        var heeded = asked.compareTo(longest()) > 0 ? longest() : asked;
        // not before it, so the jitter only adds
        var least = times(heeded, 1, random);
        return Optional.of(planned.compareTo(heeded) < 0 ? least : planned);
    }

    private Duration longest() {
        return delays.stream().max(Comparator.naturalOrder()).orElse(Duration.ZERO);
    }

    /** By a factor from {@code least} to one and the jitter. */
    private Duration times(Duration delay, double least, RandomGenerator random) {
        var factor = jitter == 0 ? 1 : random.nextDouble(least, 1 + jitter);
        return Duration.ofMillis(Math.round(delay.toMillis() * factor));
    }
}
