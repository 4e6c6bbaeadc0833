// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What becomes of {@code Idempotency-Key}, {@code serai.gateway.idempotency.*}.
 *
 * @param retention how long an answer is kept for the request that comes again
 * @param ownPaths paths of routes that deal with the key themselves; the hub does not look at it there
 */
@Validated
@ConfigurationProperties("serai.gateway.idempotency")
public record IdempotencyProperties(
        @DefaultValue("24h") @DurationMin(minutes = 1) @DurationMax(days = 365)
        Duration retention,

        @DefaultValue("/api/fulfilment/shipments") List<String> ownPaths) {

    /** The request header that holds the key. */
    public static final String HEADER = "Idempotency-Key";
}
