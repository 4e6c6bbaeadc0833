// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * How events cross the broker, {@code serai.bus.*}.
 *
 * @param source first part of the {@code source} of events that routes publish; the route id follows
 * @param maxMessageSize largest body published; larger ones are refused as invalid (RabbitMQ 4 takes 16 MiB)
 * @param immediateRetries how often a failed delivery is tried again in place before it is parked
 * @param reconnectInterval pause between attempts to reach a broker that is away
 * @param topologyInterval pause between looks at whether exchanges, queues and bindings are there
 * @param prefetch messages in flight to one consumer of a subscription, unless the route says otherwise
 * @param holdLimit how long an ordered subscription that waits for its first event keeps what it has taken; RabbitMQ
 *     closes a channel on which something is not acknowledged for 30 min
 * @param publisher limits of publishing
 * @param outbox limits of the outbox and its relay
 * @param idempotent how long processed events are remembered
 */
@Validated
@ConfigurationProperties("serai.bus")
public record BusProperties(
        @DefaultValue("/serai") String source,
        @DefaultValue("16000000B") @NotNull DataSize maxMessageSize,
        @DefaultValue("2") @Min(0) @Max(10) int immediateRetries,

        @DefaultValue("250ms") @DurationMin(millis = 50) @DurationMax(seconds = 60)
        Duration reconnectInterval,

        @DefaultValue("10s") @DurationMin(seconds = 1) @DurationMax(minutes = 10)
        Duration topologyInterval,

        @DefaultValue("250") @Min(1) @Max(5000) int prefetch,

        @DefaultValue("10m") @DurationMin(seconds = 1) @DurationMax(minutes = 25)
        Duration holdLimit,

        @DefaultValue @Valid Publisher publisher,
        @DefaultValue @Valid OutboxRelay outbox,
        @DefaultValue @Valid Idempotent idempotent) {

    /**
     * {@code serai.bus.publisher.*}.
     *
     * @param channels AMQP channels shared by all publishers
     * @param maxInFlight events sent and not yet confirmed; a publisher beyond waits
     * @param maxInFlightBytes of their bodies, likewise; a larger one goes alone; 1 KB to 2 GB
     * @param confirmTimeout how long a publisher waits for a place in flight, and then for its confirm
     */
    public record Publisher(
            @DefaultValue("2") @Min(1) @Max(64) int channels,
            @DefaultValue("4096") @Min(1) @Max(100_000) int maxInFlight,
            @DefaultValue("64MB") @NotNull DataSize maxInFlightBytes,

            @DefaultValue("10s") @DurationMin(millis = 100) @DurationMax(seconds = 300)
            Duration confirmTimeout) {

        @AssertTrue(message = "max-in-flight-bytes: expected 1KB to 2GB")
        boolean isMaxInFlightBytesBounded() {
            return maxInFlightBytes.toKilobytes() >= 1 && maxInFlightBytes.toGigabytes() <= 2;
        }
    }

    /**
     * {@code serai.bus.outbox.*}.
     *
     * @param window rows read and published together
     * @param poll how often the relay looks for rows that other hubs wrote
     * @param maxRows rows beyond which nothing more is written, neither by routes nor by the gateway
     * @param maxBytes likewise, of bodies and extensions
     * @param lease how long the other hubs wait before they take over from a relay that is silent
     */
    public record OutboxRelay(
            @DefaultValue("500") @Min(1) @Max(5000) int window,
            @DefaultValue("1000000") @Min(1) long maxRows,
            @DefaultValue("1GB") @NotNull DataSize maxBytes,

            @DefaultValue("200ms") @DurationMin(millis = 10) @DurationMax(seconds = 60)
            Duration poll,

            @DefaultValue("5s") @DurationMin(seconds = 2) @DurationMax(seconds = 300)
            Duration lease) {}

    /**
     * {@code serai.bus.idempotent.*}.
     *
     * @param retention how long an event's id is remembered; a duplicate that comes later has its effect again
     */
    public record Idempotent(
            @DefaultValue("7d") @DurationMin(minutes = 1) Duration retention) {}
}
