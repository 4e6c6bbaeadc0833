// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What becomes of failures, {@code serai.failure.*}.
 *
 * @param store whether this hub takes failures from their queue and sends what is due back; at least one hub must
 * @param defaultPolicy retry policy of subscriptions that name none, and of other systems' queues
 * @param policies retry policies by name, beside or in place of none, fast, standard and patient
 * @param notRetryable class names of exceptions that no try will mend, beside invalid messages
 * @param searchKeys JSON paths of what people look for failures by, by name; beside or in place of orderId, shipmentId, sku,
 *     id and email
 * @param rate messages a second that one hub sends back to one subscription at the most
 * @param postponedDelay about how long what an open circuit breaker has kept from being tried is put off
 * @param mostPostponed how often that may be, after which it counts as a round
 * @param orphanedAfter how long nobody has run the route that something is due to, or its queue has been gone, until it is dead
 * @param lostAfter how long after it was sent back, or was due in a queue that stands, people may decide about a failure that
 *     they name by id, though nothing has come of it
 * @param retention how long what is resolved or discarded is kept; 0 keeps for ever
 */
@Validated
@ConfigurationProperties("serai.failure")
record FailureProperties(
        @DefaultValue("true") boolean store,
        @DefaultValue("standard") @NotNull String defaultPolicy,
        @DefaultValue Map<String, @Valid Policy> policies,
        @DefaultValue List<String> notRetryable,
        @DefaultValue Map<String, String> searchKeys,
        @DefaultValue("100") @Min(1) @Max(10_000) int rate,

        @DefaultValue("5s") @DurationMin(millis = 10) @DurationMax(minutes = 10)
        Duration postponedDelay,

        @DefaultValue("1000") @Min(0) @Max(100_000) int mostPostponed,

        @DefaultValue("1h") @DurationMin(seconds = 1) @DurationMax(days = 30)
        Duration orphanedAfter,

        @DefaultValue("5m") @DurationMin(seconds = 1) @DurationMax(days = 30)
        Duration lostAfter,

        @DefaultValue("30d") @DurationMin(millis = 0) Duration retention) {

    @AssertTrue(message = "default-policy: expected none, fast, standard, patient or one under policies")
    boolean isDefaultPolicyThere() {
        return RetryPolicies.isBuiltIn(defaultPolicy) || policies.containsKey(defaultPolicy);
    }

    /**
     * {@code serai.failure.policies.NAME.*}.
     *
     * @param delays pause before each round
     * @param jitter part of a pause by which it may be shorter or longer, so that what failed together does not come back
     *     together
     */
    record Policy(
            @DefaultValue List<@DurationMin(millis = 0) @DurationMax(days = 7) Duration> delays,
            @DefaultValue("0.2") @Min(0) @Max(1) double jitter) {}
}
