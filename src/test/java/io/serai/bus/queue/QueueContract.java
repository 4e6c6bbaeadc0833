// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import io.serai.testing.HubInside;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.context.ConfigurableApplicationContext;

/** What {@code spring-rabbitmq:} promises here for queues of other systems, on whatever broker the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class QueueContract {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final BasicProperties PLAIN = new BasicProperties();

    @TempDir
    static Path folder;

    ConfigurableApplicationContext hub;
    CamelContext camel;
    Channel amqp;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    /** An expiry that is in a minute. */
    abstract String inAMinute();

    @BeforeAll
    void start() throws Exception {
        // what is parked is looked at where it lies
        hub = HubInside.start(folder, servers(), "--serai.failure.store=false");
        camel = hub.getBean(CamelContext.class);
        await().atMost(Duration.ofSeconds(40)).until(hub.getBean(EventPublisher.class)::isUp);
        amqp = hub.getBean(CachingConnectionFactory.class)
                .createConnection()
                .getDelegate()
                .createChannel();
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void messageWhoseRouteFailsIsTriedOnceAndParkedAsItCame() throws Exception {
        var queue = newQueue();
        var tries = new AtomicInteger();
        var done = new ConcurrentLinkedQueue<String>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + queue)
                        .routeId("read-" + queue)
                        .process(exchange -> {
                            var body = exchange.getMessage().getBody(byte[].class);
                            if (body[0] == (byte) 0xFC) {
                                tries.incrementAndGet();
                                throw new IllegalStateException("not a stock record");
                            }
                            done.add(new String(body, StandardCharsets.UTF_8));
                        })
                        .id("read-record");
            }
        });
        var latin1 = new byte[] {(byte) 0xFC, 'b', 'e', 'r'};
        var properties = PLAIN.builder()
                .contentType("text/plain")
                .headers(Map.of("host", "AS400"))
                .build();

        amqp.basicPublish("", queue, properties, latin1);
        amqp.basicPublish("", queue, PLAIN, "good".getBytes(StandardCharsets.UTF_8));

        var parked = parkedFrom("queue:" + queue);
        assertThat(parked.getBody()).isEqualTo(latin1);
        var headers = parked.getProps().getHeaders();
        assertThat(headers.get("host")).hasToString("AS400");
        assertThat(headers.get("serai-failure-route")).hasToString("read-" + queue);
        assertThat(headers.get("serai-failure-node")).hasToString("read-record");
        assertThat(headers.get("serai-failure-message")).hasToString("not a stock record");
        assertThat(headers.get("serai-failure-attempts")).hasToString("1");
        await().untilAsserted(() -> assertThat(done).containsExactly("good"));
        assertThat(tries).hasValue(1);
        await().untilAsserted(() -> assertThat(amqp.messageCount(queue)).isZero());
    }

    @Test
    void aRoutingKeyThatAmqpCannotWriteIsInvalidAndTheChannelGoesOn() throws Exception {
        var queue = newQueue();

        var to = "spring-rabbitmq:default?routingKey=" + queue;

        assertThatThrownBy(() -> camel.createProducerTemplate()
                        .sendBodyAndHeader(to, "x", "CamelSpringRabbitmqRoutingOverrideKey", "é".repeat(128)))
                .cause()
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("255 bytes");

        camel.createProducerTemplate().sendBody(to, "next");
        await().until(() -> amqp.messageCount(queue) == 1);
    }

    @Test
    void whatIsReadBeforeTheHubCanPublishAgainIsSentOnThenInsteadOfParked() throws Exception {
        var queue = newQueue();
        var to = newQueue();
        var parked = amqp.messageCount("serai.failures");
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + queue)
                        .to("event:test.outage")
                        .to("spring-rabbitmq:default?routingKey=" + to);
            }
        });
        var publisher = hub.getBean(EventPublisher.class);

        for (int outage = 1; outage <= 3; outage++) {
            publishConnection().abort();
            await().pollInterval(Duration.ofMillis(1)).until(() -> !publisher.isUp());
            amqp.basicPublish("", queue, PLAIN, new byte[] {1});

            var sent = outage;
            await().until(() -> amqp.messageCount(to) == sent);
        }

        assertThat(amqp.messageCount("serai.failures")).isEqualTo(parked);
    }

    private Connection publishConnection() {
        return hub.getBean(CachingConnectionFactory.class)
                .getPublisherConnectionFactory()
                .createConnection()
                .getDelegate();
    }

    @Test
    void queueThatIsMadeLaterIsReadThen() throws Exception {
        var queue = "later-" + NAMES.incrementAndGet();
        var read = new ConcurrentLinkedQueue<String>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + queue)
                        .process(exchange -> read.add(exchange.getMessage().getBody(String.class)));
            }
        });

        amqp.queueDeclare(queue, true, false, false, null);
        amqp.basicPublish("", queue, PLAIN, "first".getBytes(StandardCharsets.UTF_8));

        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(read).containsExactly("first"));
    }

    @Test
    void textIsSentAsUtf8PersistentAndWithoutTheCallersSecrets() throws Exception {
        var queue = newQueue();

        camel.createFluentProducerTemplate()
                .to("spring-rabbitmq:default?routingKey=" + queue)
                .withBody("Größe 東")
                .withHeader("Authorization", "Basic c2VjcmV0")
                .withHeader("Cookie", "session=1")
                .withHeader("X-Api-Key", "k")
                .withHeader("X-Auth-Token", "t")
                .withHeader("CamelHttpPath", "/x")
                .withHeader("warehouse", "W7")
                .request();

        var sent = amqp.basicGet(queue, true);
        assertThat(new String(sent.getBody(), StandardCharsets.UTF_8)).isEqualTo("Größe 東");
        assertThat(sent.getProps().getDeliveryMode()).isEqualTo(2);
        assertThat(sent.getProps().getContentType()).isEqualTo("text/plain;charset=utf-8");
        assertThat(sent.getProps().getHeaders()).containsOnlyKeys("warehouse");
    }

    /** Camel's converters make one byte of 11, and refuse 300. */
    @ParameterizedTest
    @MethodSource
    void aBodyThatIsNeitherBytesNorTextIsRefused(Object body) throws Exception {
        var queue = newQueue();

        assertThatThrownBy(() ->
                        camel.createProducerTemplate().sendBody("spring-rabbitmq:default?routingKey=" + queue, body))
                .cause()
                .isInstanceOf(Invalid.class)
                .hasMessageContaining(body.getClass().getName())
                .hasMessageContaining("marshal it first");
        assertThat(amqp.messageCount(queue)).isZero();
    }

    static Stream<Object> aBodyThatIsNeitherBytesNorTextIsRefused() {
        return Stream.of(
                11,
                12L,
                300,
                new BigDecimal("1.10"),
                2.5,
                true,
                List.of(1, 2),
                new int[] {1, 2},
                Map.of("n", 1),
                Instant.parse("2026-11-21T10:00:00Z"),
                new Object());
    }

    @Test
    void textIsSentInTheCharsetThatItsContentTypeNames() throws Exception {
        var queue = newQueue();
        var to = "spring-rabbitmq:default?routingKey=" + queue;

        camel.createProducerTemplate()
                .sendBodyAndHeader(to, "grüße", "CamelSpringRabbitmqContentType", "text/plain; charset=iso-8859-1");
        assertThat(new String(amqp.basicGet(queue, true).getBody(), StandardCharsets.ISO_8859_1))
                .isEqualTo("grüße");

        assertThatThrownBy(() -> camel.createProducerTemplate()
                        .sendBodyAndHeader(to, "東", "CamelSpringRabbitmqContentType", "text/plain; charset=iso-8859-1"))
                .cause()
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("ISO-8859-1");
    }

    @Test
    void messageThatReachesNoQueueFailsItsRoute() {
        assertThatThrownBy(() -> camel.createProducerTemplate()
                        .sendBody("spring-rabbitmq:default?routingKey=no-such-queue", "x"))
                .hasRootCauseInstanceOf(Unavailable.class)
                .hasStackTraceContaining("no-such-queue");
    }

    @Test
    void exchangeThatIsNotThereFailsItsRouteAndNoEvent() {
        var publisher = hub.getBean(EventPublisher.class);
        var confirms = new ArrayList<java.util.concurrent.CompletableFuture<Void>>();
        for (int i = 0; i < 50; i++) {
            confirms.add(publisher.publish(event()));
            if (i % 10 == 0) {
                assertThatThrownBy(() -> camel.createProducerTemplate()
                                .sendBody("spring-rabbitmq:no-such-exchange?routingKey=x", "x"))
                        .hasCauseInstanceOf(Unavailable.class)
                        .hasStackTraceContaining("no-such-exchange");
            }
        }

        assertThat(confirms).allSatisfy(confirm -> assertThat(confirm).succeedsWithin(Duration.ofSeconds(10)));
        var queue = newQueue();
        await().untilAsserted(() -> {
            camel.createProducerTemplate().sendBody("spring-rabbitmq:default?routingKey=" + queue, "x");
            assertThat(amqp.basicGet(queue, true)).isNotNull();
        });
    }

    @Test
    void bridgingDoesNotTakeOverWhatBelongsToTheFirstMessage() throws Exception {
        var from = newQueue();
        var to = newQueue();
        var seen = new java.util.concurrent.CopyOnWriteArraySet<String>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + from)
                        .process(exchange ->
                                seen.addAll(exchange.getMessage().getHeaders().keySet()))
                        .setHeader("CamelSpringRabbitmqCorrelationId", constant("set-by-route"))
                        .to("spring-rabbitmq:default?routingKey=" + to);
            }
        });

        amqp.basicPublish(
                "",
                from,
                PLAIN.builder()
                        .deliveryMode(1)
                        .expiration(inAMinute())
                        .replyTo("somebody")
                        .messageId("first")
                        .headers(Map.of(
                                "CamelSpringRabbitmqRoutingOverrideKey",
                                "elsewhere",
                                "warehouse",
                                "W7",
                                "Authorization",
                                "Basic c2VjcmV0",
                                "X-Api-Key",
                                "k"))
                        .build(),
                new byte[] {0, 1, 2});

        var sent = await().until(() -> amqp.basicGet(to, true), got -> got != null);
        assertThat(sent.getBody()).containsExactly(0, 1, 2);
        assertThat(seen).contains("warehouse").doesNotContain("Authorization", "X-Api-Key");
        var properties = sent.getProps();
        assertThat(properties.getDeliveryMode()).isEqualTo(2);
        assertThat(properties.getExpiration()).isNull();
        assertThat(properties.getReplyTo()).isNull();
        assertThat(properties.getMessageId()).isNotEqualTo("first");
        assertThat(properties.getCorrelationId()).isEqualTo("set-by-route");
        assertThat(properties.getHeaders()).containsOnlyKeys("warehouse");
    }

    @Test
    void callerOfARouteDoesNotWaitForAReplyThatNobodySends() throws Exception {
        var queue = newQueue();

        var answered = camel.createFluentProducerTemplate()
                .to("spring-rabbitmq:default?routingKey=" + queue)
                .withBody("order 7")
                .asyncRequest(String.class);

        assertThat(answered.get(4, TimeUnit.SECONDS)).isEqualTo("order 7");
        assertThat(amqp.basicGet(queue, true).getProps().getReplyTo()).isNull();
    }

    @Test
    void acknowledgingBeforeTheRouteIsDoneIsNotHeeded() throws Exception {
        var queue = newQueue();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?asyncConsumer=true&queues=" + queue)
                        .to("seda:" + queue + "?waitForTaskToComplete=Always&timeout=0");
                from("seda:" + queue).process(QueueContract::refuse);
            }
        });

        amqp.basicPublish("", queue, PLAIN, new byte[] {1});

        assertThat(parkedFrom("queue:" + queue).getBody()).containsExactly(1);
    }

    private static void refuse(Exchange exchange) {
        throw new IllegalStateException("refused " + exchange.getExchangeId());
    }

    String newQueue() {
        var name = "other.system." + NAMES.incrementAndGet();
        try {
            amqp.queueDeclare(name, true, false, false, null);
        } catch (java.io.IOException refused) {
            throw new java.io.UncheckedIOException(refused);
        }
        return name;
    }

    private static Event event() {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType("test.queue"),
                null,
                Instant.now(),
                null,
                null,
                Map.of(),
                new byte[0]);
    }

    /** Takes what was parked from there; the failures are read by this test only. */
    private GetResponse parkedFrom(String from) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            var got = amqp.basicGet("serai.failures", true);
                            return got != null
                                            && from.equals(String.valueOf(
                                                    got.getProps().getHeaders().get("serai-failure-from")))
                                    ? got
                                    : null;
                        },
                        got -> got != null);
    }
}
