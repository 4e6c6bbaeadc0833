// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Channel;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

/** People, and other hubs, change what the hub has declared on the broker while it runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
abstract class TopologyContract {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private EventPublisher publisher;
    private Subscriptions subscriptions;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    /** Declares a queue as no hub does. */
    abstract void declareOtherwise(Channel channel, String queue) throws IOException;

    @BeforeAll
    void start() {
        hub = HubInside.start(folder, servers(), "--serai.failure.store=false", "--serai.bus.topology-interval=1s");
        publisher = hub.getBean(EventPublisher.class);
        subscriptions = hub.getBean(Subscriptions.class);
        await().atMost(Duration.ofSeconds(60)).until(publisher::isUp);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void whatFailsIsParkedAgainAfterTheQueueOfFailuresWasDeleted(CapturedOutput output) throws Exception {
        var type = newType();
        var name = newName();
        subscriptions.subscribe(
                Subscription.of(name, 10, new EventPattern(type)),
                delivery -> delivery.failed(Failure.of(new IllegalStateException("no stock"))));
        publishUntilTaken(type);
        await().atMost(SOON).until(() -> messages(BusTopology.FAILURES) == 1);
        // it has been looked at by now, more than once
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);

        broker(channel -> channel.queueDelete(BusTopology.FAILURES));
        publishUntilTaken(type);

        await().atMost(SOON).ignoreExceptions().until(() -> messages(BusTopology.FAILURES) >= 1);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(output)
                        .contains("queue serai.failures was deleted on the broker")
                        .contains("1 messages when last seen"));
    }

    @Test
    void whatOtherQueuesDeadLetterArrivesAgainAfterTheirExchangeWasDeleted() throws Exception {
        broker(channel -> channel.exchangeDelete(BusTopology.DEAD));

        await().atMost(SOON).ignoreExceptions().until(() -> {
            var before = messages(BusTopology.FAILURES);
            broker(channel -> channel.basicPublish(BusTopology.DEAD, "", null, new byte[] {1}));
            return messages(BusTopology.FAILURES) > before;
        });
    }

    @Test
    void eventsReachAllThatSubscribeAgainAfterTheExchangeWasDeleted(CapturedOutput output) throws Exception {
        var type = newType();
        var one = subscribe(newName(), type);
        var other = subscribe(newName(), "test.#");

        broker(channel -> channel.exchangeDelete(BusTopology.EVENTS));
        var event = publishUntilTaken(type);

        await().atMost(SOON).until(() -> one.contains(event.id()) && other.contains(event.id()));
        assertThat(output).contains("exchange serai.events was deleted on the broker");
    }

    @Test
    void aBindingThatWasRemovedIsMadeAgain() throws Exception {
        var type = newType();
        var name = newName();
        var received = subscribe(name, type);
        broker(channel -> channel.queueUnbind(BusTopology.queueOf(name), BusTopology.EVENTS, type));

        await().atMost(SOON).until(() -> {
            publishUntilTaken(type);
            return !received.isEmpty();
        });
    }

    @Test
    void aQueueThatWasDeletedIsReadAgainAndItsLossIsSaid(CapturedOutput output) throws Exception {
        var type = newType();
        var name = newName();
        var received = subscribe(name, type);

        broker(channel -> channel.queueDelete(BusTopology.queueOf(name)));
        await().atMost(SOON).until(() -> {
            publishUntilTaken(type);
            return !received.isEmpty();
        });

        assertThat(output).contains("queue serai.events." + name + " was deleted on the broker");
    }

    @Test
    void aQueueThatNobodyReadsCollectsAgainAfterItWasDeleted() throws Exception {
        var type = newType();
        var name = newName();
        var reading = subscriptions.subscribe(Subscription.of(name, 10, new EventPattern(type)), Delivery::done);
        awaitConsumer(name);
        reading.stop();

        broker(channel -> channel.queueDelete(BusTopology.queueOf(name)));

        await().atMost(SOON).ignoreExceptions().until(() -> {
            publishUntilTaken(type);
            return messages(BusTopology.queueOf(name)) > 0;
        });
    }

    @Test
    void aSubscriptionThatWasRemovedIsNotDeclaredAgain() {
        var name = newName();
        var reading = subscriptions.subscribe(Subscription.of(name, 10, new EventPattern("test.x")), Delivery::done);
        awaitConsumer(name);
        reading.stop();
        await().atMost(SOON).ignoreExceptions().until(() -> subscriptions.remove(name) >= 0);

        await().during(Duration.ofSeconds(3))
                .atMost(Duration.ofSeconds(10))
                .until(() -> hub.getBean(QueueDepths.class)
                        .of(BusTopology.queueOf(name))
                        .isEmpty());
    }

    /** The other hub shares the database, and the broker. */
    @Test
    void aPatternThatAnotherHubHasDroppedIsNotBoundAgainOnANewConnection() throws Exception {
        var before = newType();
        var after = newType();
        var name = newName();
        var received = subscribe(name, before);
        hub.getBean(RecordedSubscriptions.class).record(Subscription.of(name, 10, new EventPattern(after)));
        broker(channel -> {
            channel.queueBind(BusTopology.queueOf(name), BusTopology.EVENTS, after);
            channel.queueUnbind(BusTopology.queueOf(name), BusTopology.EVENTS, before);
        });

        loseConnections();

        await().atMost(SOON)
                .until(() -> received.contains(publishUntilTaken(after).id()));
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        var dropped = publishUntilTaken(before);
        var wanted = publishUntilTaken(after);
        await().atMost(SOON).until(() -> received.contains(wanted.id()));
        assertThat(received).doesNotContain(dropped.id());
    }

    /** A hub that knew only the older route may have bound it a moment after. */
    @Test
    void aPatternThatWasDroppedIsUnboundWhoeverBindsItAgain() throws Exception {
        var before = newType();
        var after = newType();
        var name = newName();
        subscriptions
                .subscribe(Subscription.of(name, 10, new EventPattern(before)), Delivery::done)
                .stop();
        var received = subscribe(name, after);
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);

        broker(channel -> channel.queueBind(BusTopology.queueOf(name), BusTopology.EVENTS, before));
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);
        var dropped = publishUntilTaken(before);
        var wanted = publishUntilTaken(after);

        await().atMost(SOON).until(() -> received.contains(wanted.id()));
        assertThat(received).doesNotContain(dropped.id());
    }

    @Test
    void aQueueThatIsThereOtherwiseIsSaidOnceShownAndReadWhenItIsMended(CapturedOutput output) throws Exception {
        var type = newType();
        var name = newName();
        var queue = BusTopology.queueOf(name);
        broker(channel -> declareOtherwise(channel, queue));
        subscriptions.subscribe(Subscription.of(name, 10, new EventPattern(type)), Delivery::done);

        await().atMost(SOON)
                .until(() -> output.toString().contains("broker refused subscription " + name)
                        || output.toString().contains("broker refused queue " + queue));
        await().pollDelay(Duration.ofSeconds(4)).until(() -> true);
        assertThat(output.toString().lines().filter(line -> line.contains("ERROR") && line.contains(name)))
                .hasSize(1)
                .first()
                .asString()
                .contains("empty and delete it");
        assertThat(healthOf("broker")).contains(queue);
        assertThat(healthOf("topology")).contains(queue);
        // others are none the worse
        var received = subscribe(newName(), type);
        var event = publishUntilTaken(type);
        await().atMost(SOON).until(() -> received.contains(event.id()));

        broker(channel -> channel.queueDelete(queue));

        awaitConsumer(name);
        await().atMost(SOON).untilAsserted(() -> assertThat(healthOf("broker")).doesNotContain(queue));
    }

    private String healthOf(String component) {
        return hub.getBean(component + "HealthIndicator", HealthIndicator.class)
                .health()
                .getDetails()
                .toString();
    }

    private void loseConnections() {
        var factory = hub.getBean(CachingConnectionFactory.class);
        factory.createConnection().getDelegate().abort();
        await().atMost(SOON).until(publisher::isUp);
    }

    private interface Work {
        void on(Channel channel) throws IOException;
    }

    private void broker(Work work) throws IOException, TimeoutException {
        try (var channel = hub.getBean(CachingConnectionFactory.class)
                .createConnection()
                .getDelegate()
                .createChannel()) {
            work.on(channel);
        }
    }

    private long messages(String queue) {
        return hub.getBean(QueueDepths.class)
                .of(queue)
                .map(QueueDepths.Depth::messages)
                .orElse(0L);
    }

    private Queue<String> subscribe(String name, String pattern) {
        var received = new ConcurrentLinkedQueue<String>();
        subscriptions.subscribe(Subscription.of(name, 50, new EventPattern(pattern)), delivery -> {
            received.add(delivery.event().id());
            delivery.done();
        });
        awaitConsumer(name);
        return received;
    }

    private void awaitConsumer(String name) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> subscriptions.list().stream()
                        .anyMatch(each -> each.name().equals(name) && each.state() == SubscriptionStatus.State.ACTIVE));
    }

    /** As the outbox's relay does. */
    private Event publishUntilTaken(String type) {
        var event = new Event(
                EventIds.next(), "/test", new EventType(type), null, Instant.now(), null, null, Map.of(), new byte[0]);
        await().atMost(SOON).until(() -> {
            try {
                publisher.publish(event).orTimeout(10, TimeUnit.SECONDS).join();
                return true;
            } catch (CompletionException notNow) {
                assertThat(notNow).hasCauseInstanceOf(Unavailable.class);
                return false;
            }
        });
        return event;
    }

    private static String newType() {
        return "test.t" + NAMES.incrementAndGet();
    }

    private static String newName() {
        return "s-" + NAMES.incrementAndGet();
    }
}
