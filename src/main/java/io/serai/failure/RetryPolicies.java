// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import io.serai.bus.RetryNames;
import io.serai.message.Invalid;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The retry policies by name: those everybody has, and those configured. */
final class RetryPolicies implements RetryNames {

    private static final Map<String, RetryPolicy> BUILT_IN = Map.of(
            "none", RetryPolicy.of(),
            "fast", RetryPolicy.of(Duration.ofMillis(500), Duration.ofSeconds(2), Duration.ofSeconds(10)),
            "standard",
                    RetryPolicy.of(
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(5),
                            Duration.ofSeconds(30),
                            Duration.ofMinutes(2),
                            Duration.ofMinutes(10)),
            "patient",
                    RetryPolicy.of(
                            Duration.ofSeconds(10),
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(10),
                            Duration.ofHours(1),
                            Duration.ofHours(6),
                            Duration.ofHours(24)));

    private final Map<String, RetryPolicy> policies = new HashMap<>(BUILT_IN);
    private final RetryPolicy standing;
    private final Set<String> notRetryable;
    private final Duration postponedDelay;
    private final int mostPostponed;

    /** @throws Invalid where the default policy is not one of them */
    RetryPolicies(FailureProperties properties) {
        properties
                .policies()
                .forEach((name, policy) -> policies.put(name, new RetryPolicy(policy.delays(), policy.jitter())));
        this.standing = get(properties.defaultPolicy());
        this.notRetryable = Set.copyOf(properties.notRetryable());
        this.postponedDelay = properties.postponedDelay();
        this.mostPostponed = properties.mostPostponed();
    }

    static boolean isBuiltIn(String name) {
        return BUILT_IN.containsKey(name);
    }

    @Override
    public void check(String name) {
        get(name);
    }

    private RetryPolicy get(String name) {
        var policy = policies.get(name);
        if (policy == null) {
            throw new Invalid("retrying: there is no policy '" + name + "' among " + new TreeSet<>(policies.keySet())
                    + "; name one of these, or configure it under serai.failure.policies");
        }
        return policy;
    }

    /**
     * The policy a failure goes by. A rule is before the configuration, but a message that is wrong itself, or that nothing
     * takes back, is not tried again by any rule. A name that is gone from the configuration means the default.
     *
     * @param verdict of the rules, null where none fits
     */
    RetryPolicy policyOf(Arrival.Failed failed, Rule.@Nullable Verdict verdict) {
        var mendable = verdict == null
                ? isMendable(failed)
                : verdict == Rule.Verdict.RETRYABLE && failed.retryable() && failed.isReplayable();
        return mendable ? named(failed.policy()) : BUILT_IN.getOrDefault("none", standing);
    }

    /** Whether it does not count: it was not tried, and has not been put off too often. */
    boolean isPostponed(Arrival.Failed failed, int before) {
        return failed.postponed() && before < mostPostponed && isMendable(failed);
    }

    /** How long to put off what was not tried; between half and one and a half of what is configured. */
    Duration postponed(RandomGenerator random) {
        return Duration.ofMillis(Math.round(postponedDelay.toMillis() * random.nextDouble(0.5, 1.5)));
    }

    private RetryPolicy named(@Nullable String name) {
        return name == null ? standing : policies.getOrDefault(name, standing);
    }

    /** Whether trying again may help, where no rule says otherwise. */
    boolean isMendable(Arrival.Failed failed) {
        return failed.retryable()
                && failed.isReplayable()
                && (failed.partner() == null || !failed.partner().isFinal())
                && Arrays.stream(failed.exceptions().split(",")).noneMatch(notRetryable::contains);
    }
}
