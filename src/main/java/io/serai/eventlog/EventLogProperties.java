// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The event log's settings.
 *
 * @param batchSize most events stored in one transaction, 1 to 1000
 * @param batchTimeout how long a batch waits for more after its first event, 1 ms to 10 s
 * @param retention how long events are kept, up to 100 years; 0 for ever
 * @param maxStreams most open Server-Sent Event streams in this hub, each with a thread, 1 to 10,000
 * @param maxStreamsPerUser most of them for one user, 1 to 10,000; without users only {@code maxStreams} counts
 * @param heartbeat how often a stream without events says that it is alive, 1 s to 5 min; a client that is gone is noticed
 *     within two of these
 * @param pollInterval how often streams look for what other hubs have stored, 10 ms to 10 s
 */
@Validated
@ConfigurationProperties("serai.eventlog")
record EventLogProperties(
        @DefaultValue("500") @Min(1) @Max(1000) int batchSize,

        @DefaultValue("20ms") @DurationMin(millis = 1) @DurationMax(seconds = 10)
        Duration batchTimeout,

        @DefaultValue("30d") @DurationMin(seconds = 0) @DurationMax(days = 36_500)
        Duration retention,

        @DefaultValue("100") @Min(1) @Max(10_000) int maxStreams,
        @DefaultValue("25") @Min(1) @Max(10_000) int maxStreamsPerUser,

        @DefaultValue("1s") @DurationMin(seconds = 1) @DurationMax(minutes = 5)
        Duration heartbeat,

        @DefaultValue("250ms") @DurationMin(millis = 10) @DurationMax(seconds = 10)
        Duration pollInterval) {}
