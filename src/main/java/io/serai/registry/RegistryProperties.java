// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Who serves what, {@code serai.registry.*}.
 *
 * @param address what others reach this hub by, as in {@code http://hub1:8080}; found out where empty
 * @param services services that this hub offers under its address
 * @param heartbeat how often this hub announces its own services and looks for those of others; silent for three of
 *     these, an own service is stale
 * @param maxInstances instances announced at once, by all hubs and others
 * @param allowedAddresses hosts that a service may be announced at over HTTP ({@link AllowedAddresses}); none where empty
 * @param trustedAddresses such hosts that get credentials of the hub too
 */
@Validated
@ConfigurationProperties("serai.registry")
record RegistryProperties(
        @DefaultValue("") String address,
        @DefaultValue({"serai", "fulfilment"}) List<String> services,

        @DefaultValue("5s") @DurationMin(seconds = 1) @DurationMax(seconds = 300)
        Duration heartbeat,

        @DefaultValue("1000") @Min(1) @Max(10_000) int maxInstances,
        @DefaultValue("localhost") List<String> allowedAddresses,
        @DefaultValue List<String> trustedAddresses) {}
