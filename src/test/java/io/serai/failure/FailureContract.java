// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import io.serai.bus.EventPublisher;
import io.serai.bus.Subscription;
import io.serai.bus.Subscriptions;
import io.serai.message.Conflict;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.CamelContext;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** What is promised of messages that fail, on whatever broker and database the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class FailureContract {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private CamelContext camel;
    private EventPublisher publisher;
    private FailureQueries failures;
    private Jobs jobs;
    private JdbcTemplate jdbc;
    private Connection amqp;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubInside.start(
                folder,
                servers(),
                "--serai.bus.immediate-retries=1",
                "--serai.failure.policies.quick.delays=100ms,200ms",
                "--serai.failure.policies.steady.delays=300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms,300ms",
                "--serai.failure.policies.late.delays=1h",
                "--serai.failure.policies.paced.delays=100ms,1h",
                "--serai.failure.not-retryable=java.util.NoSuchElementException");
        camel = hub.getBean(CamelContext.class);
        publisher = hub.getBean(EventPublisher.class);
        failures = hub.getBean(FailureQueries.class);
        jobs = hub.getBean(Jobs.class);
        jdbc = hub.getBean(JdbcTemplate.class);
        HubInside.awaitReading(hub, Duration.ofSeconds(40));
        amqp = hub.getBean(CachingConnectionFactory.class).createConnection().getDelegate();
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void aMessageThatFailsIsTriedAgainLaterUntilItSucceeds() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        route(name, type, "&retry=quick", exchange -> {
            // two tries in the first round, two in the second, the fifth succeeds
            if (calls.incrementAndGet() <= 4) {
                throw new IllegalStateException("the service is away");
            }
        });

        var event = publish(type, "order-7", "{\"n\":1}");

        var failure = awaitState(name, FailureState.RESOLVED);
        assertThat(calls).hasValue(5);
        assertThat(failure.round()).isEqualTo(1);
        assertThat(failure.tries()).isEqualTo(4);
        assertThat(failure.eventId()).isEqualTo(event.id());
        assertThat(failure.subject()).isEqualTo("order-7");
        assertThat(failure.message()).isEqualTo("the service is away");
        assertThat(failure.routeId()).isEqualTo(name);
        assertThat(failure.endedAt()).isNotNull();
        assertThat(detail(failure).attempts())
                .extracting(FailureView.Attempt::round)
                .containsExactly(1, 0);
    }

    @Test
    void aMessageThatGoesOnFailingIsDeadAfterItsRoundsAndKeptWhole() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        route(name, type, "&retry=quick", exchange -> {
            calls.incrementAndGet();
            throw new IllegalStateException("no stock for 'A-17', order 4711");
        });

        publish(type, null, "{\"sku\":\"Ä-17\"}");

        var failure = awaitState(name, FailureState.DEAD);
        assertThat(calls).hasValue(6);
        assertThat(failure.round()).isEqualTo(2);
        assertThat(failure.dueAt()).isNull();
        var detail = detail(failure);
        assertThat(detail.body()).isEqualTo("{\"sku\":\"Ä-17\"}");
        assertThat(detail.trace()).contains("java.lang.IllegalStateException: no stock");
        assertThat(detail.properties().path("headers").path("cloudEvents_type").asText())
                .isEqualTo(type);
    }

    @Test
    void whatIsSentAgainGoesToItsOwnSubscriptionOnlyAndAsItWas() throws Exception {
        var type = newType();
        var name = newName();
        Queue<Event> other = new ConcurrentLinkedQueue<>();
        var calls = new AtomicInteger();
        Queue<Map<String, Object>> seen = new ConcurrentLinkedQueue<>();
        route(name, type, "&retry=quick", exchange -> {
            seen.add(Map.copyOf(exchange.getMessage().getHeaders()));
            // once, and once more in place
            if (calls.incrementAndGet() <= 2) {
                throw new IllegalArgumentException("twice");
            }
        });
        hub.getBean(Subscriptions.class).subscribe(Subscription.of(newName(), 10, new EventPattern(type)), delivery -> {
            other.add(delivery.event());
            delivery.done();
        });

        publish(type, "s", "{}");

        await().atMost(SOON).until(() -> seen.size() == 3);
        assertThat(other).hasSize(1);
        var first = new TreeMap<>(seen.remove());
        seen.remove();
        var second = new TreeMap<>(seen.remove());
        assertThat(second).isEqualTo(first);
    }

    @Test
    void invalidMessagesAndExceptionsOfTheConfigurationAreDeadAtOnce() throws Exception {
        var type = newType();
        var invalid = newName();
        var listed = newName();
        route(invalid, type, "&retry=quick", exchange -> {
            throw new Invalid("reading order: quantity is no number");
        });
        route(listed, type, "&retry=quick", exchange -> {
            throw new IllegalStateException(new NoSuchElementException("no such customer"));
        });

        publish(type, null, "{}");

        assertThat(awaitState(invalid, FailureState.DEAD).round()).isZero();
        assertThat(awaitState(listed, FailureState.DEAD).round()).isZero();
    }

    @Test
    void aRefusalOfAPartnerIsDeadAfterOneCallAndItsAnswerIsKept() throws Exception {
        try (var partner = new RefusingPartner()) {
            for (var status : List.of(400, 401, 404, 409, 422)) {
                var name = callPartner(partner, "quick", status + "");

                var failure = awaitState(name, FailureState.DEAD);
                assertThat(failure.tries()).isEqualTo(1);
                assertThat(failure.round()).isZero();
                assertThat(detail(failure).partner())
                        .isEqualTo(new FailureView.Partner(status, "{\"refused\":\"" + status + "\"}"));
                assertThat(partner.calls("/" + status)).isEqualTo(1);
            }
        }
    }

    @Test
    void aPartnerThatMayAnswerLaterIsCalledInEachRound() throws Exception {
        try (var partner = new RefusingPartner()) {
            for (var status : List.of(408, 425, 429, 503)) {
                var name = callPartner(partner, "quick", status + "");

                // two tries in each of three rounds
                assertThat(awaitState(name, FailureState.DEAD).tries()).isEqualTo(6);
                assertThat(partner.calls("/" + status)).isEqualTo(6);
            }
        }
    }

    @Test
    void aPartnerThatAsksToWaitIsLeftAloneForThatTime() throws Exception {
        try (var partner = new RefusingPartner()) {
            for (var status : List.of(408, 425, 429, 503)) {
                var name = callPartner(partner, "paced", status + "?after=600");

                var failure = awaitState(name, FailureState.RETRYING);
                assertThat(Duration.between(failure.lastFailedAt(), Objects.requireNonNull(failure.dueAt())))
                        .isBetween(Duration.ofSeconds(595), Duration.ofSeconds(730));
                assertThat(partner.calls("/" + status)).isEqualTo(1);
            }
            // no longer than the longest of the policy
            var hurried = callPartner(partner, "quick", "503?after=600");
            assertThat(awaitState(hurried, FailureState.DEAD).round()).isEqualTo(2);
        }
    }

    /** @return name of the route, which has been given an event */
    private String callPartner(RefusingPartner partner, String policy, String path) throws Exception {
        var type = newType();
        var name = newName();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&retry=" + policy)
                        .routeId(name)
                        .to(partner.address() + "/" + path);
            }
        });
        publish(type, null, "{}");
        return name;
    }

    @Test
    void oneBadMessageAmongAThousandHoldsUpNoOther() throws Exception {
        var type = newType();
        var name = newName();
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&retry=late", exchange -> {
            var body = exchange.getMessage().getBody(String.class);
            if (body.equals("500")) {
                throw new IllegalStateException("bad");
            }
            done.add(body);
        });

        IntStream.range(0, 1000)
                .mapToObj(number -> publisher.publish(event(type, null, Integer.toString(number))))
                .toList()
                .forEach(confirm -> confirm.orTimeout(20, TimeUnit.SECONDS).join());

        await().atMost(SOON).until(() -> done.size() == 999);
        var failure = awaitState(name, FailureState.RETRYING);
        await().atMost(SOON).until(() -> failure.dueAt() != null);
        assertThat(failure.dueAt()).isAfter(Instant.now().plusSeconds(60));
    }

    @Test
    void aMessageWhoseSubjectAndKeysAreLongAndOfAnyScriptIsKeptAndFound() throws Exception {
        var type = newType();
        var name = newName();
        var subject = name + "😀".repeat(150);
        var key = name + "🚚".repeat(150);
        route(name, type, "&retry=none", exchange -> {
            throw new IllegalStateException("bad");
        });

        publish(type, subject, "{\"orderId\":\"" + key + "\"}");

        assertThat(awaitState(name, FailureState.DEAD).subject()).isEqualTo(subject);
        for (var text : List.of(subject, key, name + "🚚".repeat(151))) {
            assertThat(found(text))
                    .as(text)
                    .extracting(FailureView.Summary::origin)
                    .containsExactly(name);
        }
    }

    private List<FailureView.Summary> found(String text) {
        return failures.page(new FailureQueries.Query(null, null, null, null, null, null, text), Long.MAX_VALUE, 500)
                .items();
    }

    @Test
    void theSameFailureParkedTwiceIsOneAndCounted() throws Exception {
        var type = newType();
        var name = newName();
        route(name, type, "&retry=late", exchange -> {
            throw new IllegalStateException("bad");
        });
        var event = event(type, null, "{}");

        publisher.publish(event).join();
        awaitState(name, FailureState.RETRYING);
        publisher.publish(event).join();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(of(name))
                        .singleElement()
                        .satisfies(failure -> assertThat(failure.duplicates()).isEqualTo(1)));
    }

    @Test
    void anIdThatComesAgainWithOtherContentAfterItsFailureHasEndedIsAFailureOfItsOwn() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new ConcurrentLinkedQueue<String>();
        route(name, type, "&retry=quick", exchange -> {
            var body = exchange.getMessage().getBody(String.class);
            calls.add(body);
            // both tries in place of its first delivery
            if (Collections.frequency(calls, body) <= 2) {
                throw new IllegalStateException("bad");
            }
        });
        var first = event(type, null, "A");
        publisher.publish(first).join();
        awaitState(name, FailureState.RESOLVED);

        publisher.publish(withBody(first, "C")).join();

        await().atMost(SOON).untilAsserted(() -> assertThat(calls).containsExactly("A", "A", "A", "C", "C", "C"));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(of(name)).hasSize(2).allMatch(each -> each.state() == FailureState.RESOLVED));
        assertThat(bodies(name)).containsExactlyInAnyOrder("A", "C");
    }

    @Test
    void anIdThatComesAgainWithOtherContentWhileItsFailureWaitsIsAFailureOfItsOwn() throws Exception {
        var type = newType();
        var name = newName();
        route(name, type, "&retry=late", exchange -> {
            throw new IllegalStateException("bad");
        });
        var first = event(type, null, "A");
        publisher.publish(first).join();
        awaitState(name, FailureState.RETRYING);

        publisher.publish(withBody(first, "C")).join();
        publisher.publish(withBody(first, "C")).join();
        publisher.publish(first).join();

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(of(name))
                        .hasSize(2)
                        .allMatch(each -> each.state() == FailureState.RETRYING && each.duplicates() == 1));
        assertThat(bodies(name)).containsExactlyInAnyOrder("A", "C");
    }

    @Test
    void aRetryThatSucceedsTwiceIsResolvedOnceAndCounted() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        route(name, type, "&retry=quick", exchange -> {
            if (calls.incrementAndGet() <= 2) {
                throw new IllegalStateException("the service is away");
            }
        });
        publish(type, null, "{}");
        var failure = awaitState(name, FailureState.RESOLVED);

        // a hub that died between sending and noting it had it sent again
        hub.getBean(Failures.class).take(List.of(new Arrival.Resolved(failure.id(), 1)));

        assertThat(of(name)).singleElement().satisfies(each -> {
            assertThat(each.state()).isEqualTo(FailureState.RESOLVED);
            assertThat(each.duplicates()).isEqualTo(1);
        });
    }

    @Test
    void whatOtherQueuesDeadLetterEndsHereToo() throws Exception {
        try (var channel = amqp.createChannel()) {
            var death = Map.<String, Object>of("queue", "crm.in", "reason", "expired", "count", 1L);
            channel.basicPublish(
                    "serai.dead",
                    "",
                    new BasicProperties.Builder()
                            .headers(Map.of(
                                    "x-death", List.of(death), "n", 5, "big", 5_000_000_000L, "raw", new byte[] {0, 1}))
                            .contentType("text/plain")
                            .build(),
                    "old record \0".getBytes(StandardCharsets.UTF_8));
        }

        var failure = awaitState("queue:crm.in", FailureState.DEAD);
        assertThat(failure.message()).contains("expired");
        assertThat(detail(failure).body()).isEqualTo("old record \0");
    }

    @Test
    void aMessageOfAnotherSystemsQueueIsTriedAgainWithItsHeadersAsTheyWere() throws Exception {
        var queue = "host." + newName();
        var calls = new AtomicInteger();
        Queue<Map<String, Object>> headers = new ConcurrentLinkedQueue<>();
        try (var channel = amqp.createChannel()) {
            channel.queueDeclare(queue, true, false, false, null);
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("spring-rabbitmq:default?queues=" + queue)
                            .routeId(queue)
                            .process(exchange -> {
                                headers.add(Map.copyOf(exchange.getMessage().getHeaders()));
                                if (calls.incrementAndGet() == 1) {
                                    throw new IllegalStateException("once");
                                }
                            });
                }
            });
            channel.basicPublish(
                    "",
                    queue,
                    new BasicProperties.Builder()
                            .headers(Map.of("long", 5_000_000_000L, "text", "x", "yes", true))
                            .build(),
                    "record".getBytes(StandardCharsets.UTF_8));
        }

        awaitState("queue:" + queue, FailureState.RESOLVED);
        await().atMost(SOON).until(() -> headers.size() == 2);
        headers.forEach(each -> assertThat(each)
                .containsEntry("long", 5_000_000_000L)
                .containsEntry("text", "x")
                .containsEntry("yes", true)
                .doesNotContainKeys("serai-retry-failure", "serai-retry-round"));
    }

    @Test
    void anIdempotentBatchThatFailsIsTriedAgainOneByOne() throws Exception {
        var type = newType();
        var name = newName();
        var table = name.replace('-', '_');
        jdbc.execute("CREATE TABLE %s (id VARCHAR(255))".formatted(table));
        var away = new AtomicBoolean(true);
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&retry=steady&idempotent=true")
                        .routeId(name)
                        .process(exchange -> {
                            jdbc.update(
                                    "INSERT INTO %s VALUES (?)".formatted(table),
                                    exchange.getMessage().getBody(String.class));
                            if (away.get()) {
                                throw new IllegalStateException("away");
                            }
                        });
            }
        });

        IntStream.range(0, 20)
                .forEach(number -> publisher
                        .publish(event(type, null, Integer.toString(number)))
                        .join());
        await().atMost(SOON).until(() -> of(name).size() == 20);
        away.set(false);

        await().atMost(SOON).until(() -> of(name).stream().allMatch(each -> each.state() == FailureState.RESOLVED));
        assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM " + table, Integer.class))
                .isEqualTo(20);
    }

    @Test
    void aFailureWhoseFactsAreRefusedIsKeptWithoutThemAndThoseBehindItDoNotWait() throws Exception {
        var name = newName();
        try (var channel = amqp.createChannel()) {
            // two rounds whose tries the database cannot add up
            park(channel, name, name, 0, Integer.MAX_VALUE);
            park(channel, name, name, 1, 1);
            for (int each = 0; each < 20; each++) {
                park(channel, name + "-behind-" + each, name, 0, 1);
            }
        }

        await().atMost(SOON).until(() -> of(name).size() == 21);
        await().atMost(SOON)
                .until(() -> failures.find(name).orElseThrow().failure().round() == 1);
        var refused = failures.find(name).orElseThrow();
        assertThat(refused.failure().message()).startsWith("its facts could not be kept: ");
        assertThat(refused.cut()).isEqualTo("the facts of the failure");
        assertThat(refused.body()).isEqualTo("body of " + name);
        assertThat(refused.attempts()).hasSize(2);
    }

    @Test
    void aFailureThatIsRefusedAltogetherIsNotLostAndThoseBehindItDoNotWait() throws Exception {
        var name = newName();
        jdbc.execute(
                "ALTER TABLE failure ADD CONSTRAINT refuses CHECK (origin <> '" + name + "' OR id <> '" + name + "')");
        try (var channel = amqp.createChannel()) {
            park(channel, name, name, 0, 1);
            for (int each = 0; each < 20; each++) {
                park(channel, name + "-behind-" + each, name, 0, 1);
            }

            await().atMost(SOON).until(() -> of(name).size() == 20);
            park(channel, name + "-later", name, 0, 1);
            await().atMost(SOON).until(() -> of(name).size() == 21);
        }

        jdbc.execute("ALTER TABLE failure DROP CONSTRAINT refuses");
        var reader = hub.getBean("failureReader", SimpleMessageListenerContainer.class);
        reader.stop();
        reader.start();
        await().atMost(SOON).until(() -> of(name).size() == 22);
        assertThat(failures.find(name).orElseThrow().failure().message()).isEqualTo("bad");
    }

    @Test
    void whatNobodyForesawLeavesOneMessageUnacknowledgedAndNoneOfThoseBesideIt() {
        var name = newName();
        var acknowledged = new ArrayList<String>();
        var channel = (Channel) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Channel.class}, (proxy, method, arguments) -> {
                    acknowledged.add(method.getName() + List.of(arguments));
                    return null;
                });
        // asked for what was dead-lettered alone, since what hubs park says itself when it failed
        var broken = new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                throw new IllegalStateException("unforeseen");
            }
        };
        var reader = new FailureReader(hub.getBean(Failures.class), new Arrivals(broken), () -> true);

        reader.onMessageBatch(List.of(message(1, name, Map.of()), message(2, name, parked(name, name, 0, 1))), channel);
        reader.onMessageBatch(
                List.of(
                        message(3, name, parked(name + "-a", name, 0, 1)),
                        message(4, name, parked(name + "-b", name, 0, 1))),
                channel);

        assertThat(of(name)).hasSize(3);
        // none with those before it: that would acknowledge the first
        assertThat(acknowledged).containsExactly("basicAck[2, false]", "basicAck[3, false]", "basicAck[4, false]");
    }

    private static Message message(long tag, String body, Map<String, Object> headers) {
        var properties = new MessageProperties();
        properties.setDeliveryTag(tag);
        properties.getHeaders().putAll(headers);
        return new Message(body.getBytes(StandardCharsets.UTF_8), properties);
    }

    private static Map<String, Object> parked(String id, String origin, int round, int attempts) {
        return Map.of(
                "serai-failure-id",
                id,
                "serai-failure-from",
                origin,
                "serai-failure-policy",
                "late",
                "serai-failure-at",
                Instant.now().toString(),
                "serai-failure-exception",
                "java.lang.IllegalStateException",
                "serai-failure-message",
                "bad",
                "serai-failure-round",
                round,
                "serai-failure-attempts",
                Integer.toString(attempts));
    }

    /** As a hub would. */
    private static void park(Channel channel, String id, String origin, int round, int attempts) throws IOException {
        channel.basicPublish(
                "",
                "serai.failures",
                new BasicProperties.Builder()
                        .headers(parked(id, origin, round, attempts))
                        .deliveryMode(2)
                        .build(),
                ("body of " + id).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsClaimedIsBoundedInBytesAndIsOneAtLeast() {
        var origin = new Origin("route:" + newName());
        var store = hub.getBean(Failures.class);
        insertDue(origin, 4, 4000);

        assertThat(store.claim(origin, 10, 10_000, Duration.ofHours(1))).hasSize(3);
        assertThat(store.claim(origin, 10, 10_000, Duration.ofHours(1))).hasSize(1);

        insertDue(origin, 2, 4000);
        assertThat(store.claim(origin, 10, 1, Duration.ofHours(1))).hasSize(1);
        assertThat(store.claim(origin, 10, Duration.ofHours(1))).hasSize(1);
        jdbc.update("DELETE FROM failure WHERE origin = ?", origin.name());
    }

    @Test
    void whatIsClaimedIsPostponedOnlyWhereNothingHasHappenedMeanwhile() {
        var origin = new Origin("route:" + newName());
        var store = hub.getBean(Failures.class);
        insertDue(origin, 4, 1);
        var claimed = store.claim(origin, 4, Duration.ofMinutes(10));
        assertThat(claimed).hasSize(4);
        var anHour = "CURRENT_TIMESTAMP + INTERVAL '1' HOUR WHERE id = ?";

        // failed once more; dead; its confirm came late
        jdbc.update(
                "UPDATE failure SET delivery = 1, due_at = " + anHour,
                claimed.get(1).id());
        jdbc.update(
                "UPDATE failure SET status = 'DEAD', due_at = " + anHour,
                claimed.get(2).id());
        store.sent(List.of(claimed.get(3)));
        store.postpone(claimed, Duration.ofMinutes(20));

        assertThat(claimed)
                .extracting(each -> minutesUntilDue(each.id()))
                .satisfiesExactly(
                        postponed -> assertThat(postponed).isBetween(10L, 20L),
                        again -> assertThat(again).isGreaterThan(50),
                        dead -> assertThat(dead).isGreaterThan(50),
                        sent -> assertThat(sent).isNull());
        jdbc.update("DELETE FROM failure WHERE origin = ?", origin.name());
    }

    private @Nullable Long minutesUntilDue(String id) {
        var due = failures.find(id).orElseThrow().failure().dueAt();
        return due == null ? null : Duration.between(Instant.now(), due).toMinutes();
    }

    /** Of a route that nobody runs, so that nobody else claims them. */
    private void insertDue(Origin origin, int count, int size) {
        IntStream.range(0, count).forEach(each -> jdbc.update("""
                        INSERT INTO failure (id, status, origin, round, tries, duplicates, due_at, first_failed_at, last_failed_at,
                            properties, body, exception, fingerprint)
                        VALUES (?, 'RETRYING', ?, 0, 1, 0, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, '{}', ?, 'e', 'f')
                        """, EventIds.next(), origin.name(), new byte[size]));
    }

    @Test
    void aPolicyThatIsNotThereStopsTheRouteAndIsNamed() {
        assertThatThrownBy(() -> route(newName(), newType(), "&retry=often", exchange -> {}))
                .hasStackTraceContaining("there is no policy 'often'");
    }

    @Test
    void failuresOfOneCauseAreOneGroup() throws Exception {
        var type = newType();
        var name = newName();
        route(name, type, "&retry=none", exchange -> {
            throw new IllegalStateException("order " + exchange.getMessage().getBody(String.class) + " is late");
        });

        publish(type, null, "4711");
        publish(type, null, "4712");

        await().atMost(SOON).until(() -> of(name).size() == 2);
        assertThat(of(name))
                .extracting(FailureView.Summary::group)
                .hasSize(2)
                .containsOnly(of(name).get(0).group());
        var group = of(name).get(0).group();
        assertThat(failures.groups(500, hub.getBean(Rules.class).current()))
                .filteredOn(each -> each.group().equals(group))
                .singleElement()
                .satisfies(each -> assertThat(each.dead()).isEqualTo(2));
    }

    @Test
    void deadLettersAreReplayedByAJobOnceTheirCauseIsMended() throws Exception {
        var type = newType();
        var name = newName();
        var broken = new AtomicBoolean(true);
        Queue<String> done = new ConcurrentLinkedQueue<>();
        route(name, type, "&retry=none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("the service is away");
            }
            done.add(exchange.getMessage().getBody(String.class));
        });
        IntStream.range(0, 30).forEach(number -> publish(type, null, Integer.toString(number)));
        await().atMost(SOON).until(() -> of(name).size() == 30);
        broken.set(false);

        var job = replay(name, new Job.Pace(1000, false, null));
        publish(type, null, "later");

        await().atMost(SOON).until(() -> jobs.find(job.id()).state() == Job.State.DONE);
        assertThat(jobs.find(job.id()))
                .extracting(Job::selected, Job::released, Job::resolved, Job::failedAgain, Job::left)
                .containsExactly(30L, 30L, 30L, 0L, 0L);
        assertThat(done).hasSize(31).doesNotHaveDuplicates();
        assertThat(of(name)).allMatch(each -> each.state() == FailureState.RESOLVED);
    }

    @Test
    void aReplayThatRampsStopsWhenTooManyFailAgain() throws Exception {
        var type = newType();
        var name = newName();
        var calls = new AtomicInteger();
        route(name, type, "&retry=none", exchange -> {
            calls.incrementAndGet();
            throw new IllegalStateException("still away");
        });
        IntStream.range(0, 30).forEach(number -> publish(type, null, Integer.toString(number)));
        await().atMost(SOON).until(() -> of(name).size() == 30);

        var job = replay(name, new Job.Pace(1000, true, 0.5));

        await().atMost(SOON).until(() -> jobs.find(job.id()).state() == Job.State.STOPPED);
        assertThat(jobs.find(job.id()).released()).isEqualTo(1);
        assertThat(jobs.find(job.id()).failedAgain()).isEqualTo(1);
        assertThat(of(name)).allMatch(each -> each.state() == FailureState.DEAD);
    }

    @Test
    void aDiscardIsUndoneAndWhatIsDiscardedStaysSo() throws Exception {
        var type = newType();
        var name = newName();
        route(name, type, "&retry=none", exchange -> {
            throw new IllegalStateException("bad");
        });
        publish(type, null, "1");
        publish(type, null, "2");
        await().atMost(SOON).until(() -> of(name).size() == 2);

        var job = jobs.make(
                Job.Kind.DISCARD, selectionOf(name), "{}", new Job.Pace(100, false, null), "ann", "test data");
        await().atMost(SOON).until(() -> jobs.find(job.id()).state() == Job.State.DONE);
        assertThat(of(name)).allMatch(each -> each.state() == FailureState.DISCARDED);
        assertThatThrownBy(() -> replay(name, new Job.Pace(100, false, null)))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("no failure that is DEAD");

        jobs.undo(job.id(), "ann", "too early");

        assertThat(of(name)).allMatch(each -> each.state() == FailureState.DEAD);
        assertThatThrownBy(() -> jobs.undo(job.id(), "ann", "too early")).isInstanceOf(Conflict.class);
    }

    private Job replay(String origin, Job.Pace pace) {
        return jobs.make(Job.Kind.REPLAY, selectionOf(origin), "{}", pace, "ann", "the service is mended");
    }

    private static Jobs.Selection selectionOf(String origin) {
        return new Jobs.Selection(null, new FailureQueries.Query(null, null, origin, null, null, null, null));
    }

    private void route(String name, String type, String options, Processor processor) throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + options)
                        .routeId(name)
                        .process(processor);
            }
        });
    }

    private FailureView.Summary awaitState(String origin, FailureState state) {
        return await().atMost(SOON)
                .until(
                        () -> of(origin).stream()
                                .filter(each -> each.state() == state)
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    private List<FailureView.Summary> of(String origin) {
        return failures.page(new FailureQueries.Query(null, null, origin, null, null, null, null), Long.MAX_VALUE, 500)
                .items();
    }

    private FailureView.Detail detail(FailureView.Summary failure) {
        return failures.find(failure.id()).orElseThrow();
    }

    private Event publish(String type, @Nullable String subject, String body) {
        var event = event(type, subject, body);
        publisher.publish(event).orTimeout(10, TimeUnit.SECONDS).join();
        return event;
    }

    private static Event event(String type, @Nullable String subject, String body) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                subject,
                Instant.now(),
                "text/plain",
                null,
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> bodies(String origin) {
        return jdbc.queryForList("SELECT body FROM failure WHERE origin = ?", byte[].class, origin).stream()
                .map(body -> new String(body, StandardCharsets.UTF_8))
                .toList();
    }

    private static Event withBody(Event event, String body) {
        return new Event(
                event.id(),
                event.source(),
                event.type(),
                event.subject(),
                event.time(),
                event.dataContentType(),
                event.dataSchema(),
                event.extensions(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static String newType() {
        return "fail.t" + NAMES.incrementAndGet();
    }

    private static String newName() {
        return "f-" + NAMES.incrementAndGet();
    }
}
