// SPDX-License-Identifier: Apache-2.0
package io.serai.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.QueueDepths;
import io.serai.bus.SequenceGaps;
import io.serai.bus.Subscriptions;
import io.serai.bus.Tally;
import io.serai.bus.component.FailingInputs;
import io.serai.bus.outbox.Lease;
import io.serai.bus.outbox.Outbox;
import io.serai.message.HubName;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class LedgerConfiguration {

    /** A publisher waits for a place, for the channel and for the confirm. */
    private static final int WAITS_OF_A_PUBLISHER = 3;

    private static final Duration LEAST_LEASE = Duration.ofSeconds(5);

    @Bean
    Lines ledgerLines(JdbcTemplate jdbc) {
        return new Lines(jdbc);
    }

    @Bean
    Warnings warnings(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new Warnings(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    Bookkeeper bookkeeper(
            Tally tally,
            Subscriptions subscriptions,
            FailingInputs failingInputs,
            QueueDepths depths,
            SequenceGaps gaps,
            Outbox outbox,
            Lines ledgerLines,
            Warnings warnings,
            LedgerProperties properties,
            BusProperties bus,
            JdbcTemplate jdbc,
            PlatformTransactionManager transactions,
            ObjectProvider<CamelContext> camel,
            MeterRegistry meters,
            HubName hub) {
        var transaction = new TransactionTemplate(transactions);
        var sheets = new Sheets(jdbc, transaction);
        var publishing = bus.publisher().confirmTimeout().multipliedBy(WAITS_OF_A_PUBLISHER);
        var longest = properties.round().multipliedBy(3);
        var lease = new Lease(
                JdbcClient.create(jdbc),
                "ledger",
                hub.process(),
                longest.compareTo(LEAST_LEASE) > 0 ? longest : LEAST_LEASE);
        return new Bookkeeper(
                tally,
                subscriptions,
                new RouteQueues(subscriptions, camel),
                failingInputs,
                depths,
                gaps,
                outbox,
                sheets,
                ledgerLines,
                new Ledger(sheets, ledgerLines, transaction, properties, publishing),
                warnings,
                lease,
                properties,
                meters);
    }
}
