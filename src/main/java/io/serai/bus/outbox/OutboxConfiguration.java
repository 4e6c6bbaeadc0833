// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.Parking;
import io.serai.message.HubName;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class OutboxConfiguration {

    @Bean
    OutboxRows outboxRows(NamedParameterJdbcOperations jdbc) {
        return new OutboxRows(jdbc);
    }

    @Bean
    Backlog outboxBacklog(BusProperties properties, MeterRegistry meters) {
        var backlog = new Backlog(properties.outbox());
        Gauge.builder("serai.bus.outbox.rows", backlog, each -> each.size().rows())
                .description("Events that wait in the outbox")
                .register(meters);
        Gauge.builder("serai.bus.outbox.size", backlog, each -> each.size().bytes())
                .description("Bodies and extensions of the events that wait in the outbox")
                .baseUnit(BaseUnits.BYTES)
                .register(meters);
        Gauge.builder("serai.bus.outbox.age", backlog, each -> each.size().oldestSeconds())
                .description("How long the oldest event has waited in the outbox")
                .baseUnit("seconds")
                .register(meters);
        return backlog;
    }

    @Bean
    OutboxWatch outboxWatch(OutboxRows rows, Backlog backlog, BusProperties properties) {
        return new OutboxWatch(rows, backlog, properties.outbox().poll());
    }

    @Bean
    OutboxRelay outboxRelay(
            OutboxRows rows,
            Backlog backlog,
            JdbcClient jdbc,
            EventPublisher publisher,
            Parking parking,
            BusProperties properties,
            HubName hub) {
        // the holder is this process, not this hub: a restarted one is another and waits for the lease
        var lease = new Lease(
                jdbc, "outbox-relay", hub.process(), properties.outbox().lease());
        return new OutboxRelay(rows, backlog, lease, publisher, parking, properties.outbox());
    }

    @Bean
    Outbox outbox(OutboxRows rows, OutboxRelay relay, EventPublisher publisher, Backlog backlog, MeterRegistry meters) {
        return new Outbox(rows, relay, publisher, backlog, meters);
    }

    @Bean
    OutboxWriter outboxWriter(
            OutboxRows rows, Backlog backlog, PlatformTransactionManager transactions, OutboxRelay relay) {
        return new OutboxWriter(rows, backlog, new TransactionTemplate(transactions), relay::wake);
    }

    @Bean
    StoreAndForward storeAndForward(
            EventPublisher publisher, OutboxWriter writer, Backlog backlog, MeterRegistry meters) {
        return new StoreAndForward(publisher, writer, backlog, meters);
    }
}
