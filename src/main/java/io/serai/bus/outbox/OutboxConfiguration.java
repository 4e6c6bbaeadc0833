// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.Parking;
import io.serai.message.EventIds;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class OutboxConfiguration {

    @Bean
    OutboxRows outboxRows(JdbcClient jdbc) {
        return new OutboxRows(jdbc);
    }

    @Bean
    OutboxRelay outboxRelay(
            OutboxRows rows, JdbcClient jdbc, EventPublisher publisher, Parking parking, BusProperties properties) {
        // the holder is this process, not this machine: a restarted hub is another one and waits for the lease
        var lease = new Lease(
                jdbc, "outbox-relay", EventIds.next(), properties.outbox().lease());
        return new OutboxRelay(rows, lease, publisher, parking, properties.outbox());
    }

    @Bean
    Outbox outbox(OutboxRows rows, OutboxRelay relay, EventPublisher publisher, MeterRegistry meters) {
        return new Outbox(rows, relay, publisher, meters);
    }
}
