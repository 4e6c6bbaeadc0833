// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.Subscriptions;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** Wires the event log. */
@Configuration(proxyBeanMethods = false)
class EventLogConfiguration {

    @Bean
    EventLog eventLog(JdbcTemplate jdbc, PlatformTransactionManager transactions) {
        return new EventLog(jdbc, transactions);
    }

    @Bean
    LoggedEvents loggedEvents(DataSource database, PlatformTransactionManager transactions) {
        var limited = new JdbcTemplate(database);
        limited.setQueryTimeout((int) LoggedEvents.STATEMENT_LIMIT.toSeconds());
        return new LoggedEvents(JdbcClient.create(limited), transactions);
    }

    @Bean
    LogHead logHead() {
        return new LogHead();
    }

    @Bean
    BatchWriter eventLogWriter(EventLog log, LogHead head, MeterRegistry meters) {
        return new BatchWriter(log, head, meters);
    }

    @Bean
    EventLogSubscriber eventLogSubscriber(
            Subscriptions subscriptions, BatchWriter writer, EventLogProperties properties) {
        return new EventLogSubscriber(subscriptions, writer, properties);
    }

    @Bean
    EventLogRetention eventLogRetention(EventLog log, LoggedEvents events, EventLogProperties properties) {
        return new EventLogRetention(log, events, properties.retention());
    }

    @Bean
    EventStreams eventStreams(LoggedEvents log, LogHead head, EventLogProperties properties) {
        return new EventStreams(log, head, properties);
    }
}
