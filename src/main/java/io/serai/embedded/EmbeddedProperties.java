// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Size;
import java.nio.file.Path;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * Where the embedded broker and database keep their data, and how much of the disk they leave.
 *
 * @param data directory of broker, database and lock; made when absent, one hub at a time
 * @param broker the embedded broker
 * @param disk the disk that holds {@code data}
 */
@Validated
@ConfigurationProperties("serai.embedded")
record EmbeddedProperties(
        @DefaultValue("data") Path data,
        @DefaultValue @Valid Broker broker,
        @DefaultValue @Valid Disk disk) {

    /**
     * @param port loopback port to listen on, 0..65535; 0 takes a free one at each start
     * @param queues durable queues of other systems, which nobody else would make here; routes make none
     */
    record Broker(
            @DefaultValue("0") @Min(0) @Max(65535) int port,

            @DefaultValue({"warehouse.stock", "warehouse.commands"})
            List<@NotBlank @Size(max = 255) String> queues) {}

    /**
     * @param minFree usable space below which requests that change something are answered 503; 0 or more
     */
    record Disk(@DefaultValue("256MB") DataSize minFree) {

        Disk {
            if (minFree.isNegative()) {
                throw new IllegalArgumentException("serai.embedded.disk.min-free: " + minFree + " is less than 0");
            }
        }
    }
}
