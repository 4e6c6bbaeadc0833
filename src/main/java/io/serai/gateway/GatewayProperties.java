// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What the hub takes over HTTP, {@code serai.gateway.*}.
 *
 * @param source {@code source} of events made by {@code POST /api/events/{type}}
 * @param storeAndForward whether events go to the outbox while the broker does not take them; without it they are answered
 *     503
 * @param maxBatch events in one batch
 * @param maxBodySize largest request body, of any path; 1 KB to 64 MB
 * @param bodyTimeout how long a request body may take to arrive, 1 s to 1 h; then 408
 * @param maxDepth how deep JSON may be nested
 * @param maxMembers members of objects and elements of arrays in the JSON of an event, or of a request to a route
 * @param answerTimeout how long a request waits for the broker or a route before it is answered 503
 */
@Validated
@ConfigurationProperties("serai.gateway")
public record GatewayProperties(
        @DefaultValue("/serai/gateway") @NotBlank String source,
        @DefaultValue("true") boolean storeAndForward,
        @DefaultValue("1000") @Min(1) @Max(10_000) int maxBatch,
        @DefaultValue("10MB") DataSize maxBodySize,

        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(hours = 1)
        Duration bodyTimeout,

        @DefaultValue("500") @Min(1) @Max(10_000) int maxDepth,
        @DefaultValue("100000") @Min(1000) @Max(10_000_000) int maxMembers,

        @DefaultValue("30s") @DurationMin(seconds = 1) @DurationMax(minutes = 10)
        Duration answerTimeout) {

    @AssertTrue(message = "max-body-size: expected 1KB to 64MB")
    boolean isMaxBodySizeBounded() {
        return maxBodySize.toKilobytes() >= 1 && maxBodySize.compareTo(DataSize.ofMegabytes(64)) <= 0;
    }
}
