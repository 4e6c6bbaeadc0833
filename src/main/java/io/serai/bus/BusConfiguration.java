// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.suspect.Suspects;
import io.serai.message.HubName;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.amqp.ConnectionFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@Configuration(proxyBeanMethods = false)
class BusConfiguration {

    /** What reads a connection's frames. */
    @Bean
    ConnectionFactoryCustomizer frameReaders() {
        return factory -> factory.setThreadFactory(new DeepThreads("amqp"));
    }

    /**
     * Routes that read other systems' queues may run on the client's threads, one a consumer at the most, so an unbounded
     * pool is bounded by the routes. The client's own pool has two threads a processor for all of a connection's consumers: a
     * few that wait, say for the database, would hold up every other.
     *
     * <p>Given to Spring's factory, which does not look at the shared executor of the client's.
     */
    @Bean
    static BeanPostProcessor consumerThreads() {
        var threads = Executors.newCachedThreadPool(new DeepThreads("deliver"));
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                if (bean instanceof CachingConnectionFactory factory) {
                    factory.setExecutor(threads);
                }
                return bean;
            }
        };
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService busTimer() {
        return timer("bus-timer");
    }

    /** Parking waits for a place in flight, which must not hold up the time-outs that free one. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService parkingTimer() {
        return timer("parking");
    }

    /** What subscriptions note in the database, which must not hold up the broker's link. */
    @Bean(destroyMethod = "shutdownNow")
    ExecutorService noting() {
        return Executors.newSingleThreadExecutor(daemon("noting"));
    }

    private static ScheduledExecutorService timer(String name) {
        return new ScheduledThreadPoolExecutor(1, daemon(name));
    }

    private static ThreadFactory daemon(String name) {
        return task -> {
            var worker = new Thread(task, name);
            worker.setDaemon(true);
            return worker;
        };
    }

    /** Publishers and subscribers on connections of their own: a broker short of memory blocks publishers only. */
    @Bean(destroyMethod = "stop")
    BrokerLinks brokerLinks(CachingConnectionFactory factory, BusProperties properties, RefusedTopology refused) {
        var publisher = factory.getPublisherConnectionFactory();
        return new BrokerLinks(
                new BrokerLink(
                        "publish", publisher == null ? factory : publisher, properties.reconnectInterval(), refused),
                new BrokerLink("subscribe", factory, properties.reconnectInterval(), refused));
    }

    @Bean
    RecordedSubscriptions recordedSubscriptions(JdbcClient jdbc, PlatformTransactionManager transactions) {
        return new RecordedSubscriptions(jdbc, new TransactionTemplate(transactions));
    }

    @Bean
    RefusedTopology refusedTopology() {
        return new RefusedTopology(System::nanoTime);
    }

    /** Joins the link before whoever publishes on it. */
    @Bean
    RecordedTopology recordedTopology(RecordedSubscriptions recorded, BrokerLinks links, RefusedTopology refused) {
        var topology = new RecordedTopology(recorded, refused);
        links.publish().join(topology);
        return topology;
    }

    /** On the connection that the broker does not block when it is short of memory. */
    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService topologyTimer(RecordedTopology topology, BrokerLinks links, BusProperties properties) {
        var timer = timer("topology");
        var pause = properties.topologyInterval().toMillis();
        timer.scheduleWithFixedDelay(
                () -> topology.restoreQuietly(links.subscribe().connection()), pause, pause, TimeUnit.MILLISECONDS);
        return timer;
    }

    /** Joins after that of queues, so that where this is connected both are. */
    @Bean
    @DependsOn("queuePublishing")
    Publishing publishing(
            BusProperties properties,
            BrokerLinks links,
            RecordedTopology recordedTopology,
            ScheduledExecutorService busTimer) {
        return publishing(links.publish(), properties, recordedTopology::restore, busTimer);
    }

    /** For exchanges of other systems: one that is not there closes the channel, which must not hurt the hub's events. */
    @Bean
    Publishing queuePublishing(BusProperties properties, BrokerLinks links, ScheduledExecutorService busTimer) {
        return publishing(links.publish(), properties, connection -> {}, busTimer);
    }

    private static Publishing publishing(
            BrokerLink link, BusProperties properties, BrokerLink.User restore, ScheduledExecutorService timer) {
        var publishing = new Publishing(properties.publisher(), link, restore);
        link.join(publishing);
        timer.scheduleWithFixedDelay(publishing::expire, 500, 500, TimeUnit.MILLISECONDS);
        return publishing;
    }

    @Bean
    Tally tally() {
        return new Tally();
    }

    @Bean
    SequenceGaps sequenceGaps(JdbcClient jdbc) {
        return new SequenceGaps(jdbc);
    }

    @Bean
    QueueDepths queueDepths(BrokerLinks links, AmqpAdmin broker) {
        return new QueueDepths(links.subscribe(), broker);
    }

    @Bean
    EventPublisher eventPublisher(Publishing publishing, BusProperties properties, Tally tally, MeterRegistry meters) {
        return new EventPublisher(
                publishing, properties.publisher().confirmTimeout(), properties.maxMessageSize(), tally, meters);
    }

    @Bean
    Parking parking(
            Publishing publishing,
            ScheduledExecutorService parkingTimer,
            Clock clock,
            SecretValues secrets,
            HubName hub) {
        return new Parking(publishing, parkingTimer, clock, secrets, hub);
    }

    @Bean
    Retries retries(Publishing queuePublishing, QueueDepths queueDepths) {
        return new Retries(queuePublishing, queueDepths);
    }

    @Bean
    Subscriptions subscriptions(
            RecordedSubscriptions recorded,
            RecordedTopology queues,
            BrokerLinks links,
            Parking parking,
            HeldEvents held,
            Suspects suspects,
            ExecutorService noting,
            Tally tally,
            BusProperties properties,
            AmqpAdmin broker,
            MeterRegistry meters) {
        return new Subscriptions(
                recorded,
                queues,
                links.subscribe(),
                parking,
                held,
                properties.holdLimit(),
                suspects,
                noting,
                tally,
                broker,
                meters);
    }
}
