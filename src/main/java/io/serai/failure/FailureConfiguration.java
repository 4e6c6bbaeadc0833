// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.DeepThreads;
import io.serai.bus.Retries;
import io.serai.bus.component.RouteRuns;
import io.serai.message.HubName;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.connection.ConnectionFactory;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Wires the failures. */
@Configuration(proxyBeanMethods = false)
class FailureConfiguration {

    private static final String QUEUE = "serai.failures";
    /** Counts messages, which are in memory while the database is away; half is a batch, and one ahead is as fast as more. */
    private static final int PREFETCH = 100;

    private static final int LEAST_PREFETCH = 4;

    private static final long BATCH_MILLIS = 20;
    private static final long RECOVER_MILLIS = 500;
    /** The facts of a failure are up to 32 KB of text each. */
    private static final int ANY_LENGTH = Integer.MAX_VALUE;

    @Bean
    RetryPolicies retryPolicies(FailureProperties properties) {
        return new RetryPolicies(properties);
    }

    @Bean
    ETags failureETags(ObjectMapper json) {
        return new ETags(json);
    }

    @Bean
    HeldFailures heldFailures(Failures failures, Clock clock) {
        return new HeldFailures(failures, new Arrivals(clock));
    }

    @Bean
    Audit failureAudit(JdbcClient jdbc, HubName hub) {
        return new Audit(jdbc, hub);
    }

    @Bean
    Rules failureRules(JdbcClient jdbc, PlatformTransactionManager transactions, Audit audit) {
        return new Rules(jdbc, new TransactionTemplate(transactions), audit);
    }

    @Bean
    Keys failureKeys(JdbcOperations jdbc, FailureProperties properties) {
        return new Keys(jdbc, new SearchKeys(properties.searchKeys()));
    }

    @Bean
    Edits failureEdits(JdbcClient jdbc, FailureQueries failures, Keys keys, ETags etags, BusProperties bus) {
        return new Edits(jdbc, failures, keys, etags, bus.maxMessageSize().toBytes());
    }

    @Bean
    Failures failures(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            RetryPolicies policies,
            Rules rules,
            Keys keys,
            Edits edits) {
        return new Failures(
                jdbc, new TransactionTemplate(transactions), policies, new SecureRandom(), rules, keys, edits);
    }

    @Bean
    Jobs jobs(
            JdbcClient jdbc,
            PlatformTransactionManager transactions,
            Edits edits,
            Audit audit,
            FailureProperties properties) {
        return new Jobs(jdbc, new TransactionTemplate(transactions), edits, audit, properties.lostAfter());
    }

    @Bean
    FailureQueries failureQueries(JdbcClient jdbc) {
        return new FailureQueries(jdbc);
    }

    @Bean
    @ConditionalOnProperty(name = "serai.failure.store", matchIfMissing = true)
    SimpleMessageListenerContainer failureReader(
            ConnectionFactory connections, Failures failures, BusProperties bus, Clock clock) {
        // a quarter of the heap, should all of them be as large as can be
        var fitting =
                Runtime.getRuntime().maxMemory() / 4 / bus.maxMessageSize().toBytes();
        var prefetch = (int) Math.max(LEAST_PREFETCH, Math.min(PREFETCH, fitting));
        var container = new SimpleMessageListenerContainer(connections);
        container.setListenerId("failures");
        container.setQueueNames(QUEUE);
        container.setMessagePropertiesConverter(new DefaultMessagePropertiesConverter(ANY_LENGTH));
        container.setTaskExecutor(new SimpleAsyncTaskExecutor(new DeepThreads("failures")));
        container.setConsumerBatchEnabled(true);
        container.setBatchSize(prefetch / 2);
        container.setBatchReceiveTimeout(BATCH_MILLIS);
        container.setReceiveTimeout(BATCH_MILLIS);
        container.setPrefetchCount(prefetch);
        container.setAcknowledgeMode(AcknowledgeMode.MANUAL);
        container.setRecoveryInterval(RECOVER_MILLIS);
        container.setFailedDeclarationRetryInterval(RECOVER_MILLIS);
        container.setMissingQueuesFatal(false);
        container.setMessageListener(new FailureReader(failures, new Arrivals(clock), container::isActive));
        return container;
    }

    @Bean
    FailureMeters failureMeters(JdbcClient jdbc, MeterRegistry meters) {
        return new FailureMeters(jdbc, meters);
    }

    @Bean
    @ConditionalOnProperty(name = "serai.failure.store", matchIfMissing = true)
    RetrySender retrySender(
            Failures failures, Retries retries, RouteRuns runs, Jobs jobs, FailureProperties properties) {
        return new RetrySender(failures, retries, runs, jobs, properties);
    }
}
