// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import io.serai.bus.outbox.Outbox;
import io.serai.message.Conflict;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.testing.HubInside;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What the bus promises, on whatever broker and database the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BusContract {

    private static final AtomicInteger NAMES = new AtomicInteger();

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private CamelContext camel;
    private EventPublisher publisher;
    private Subscriptions subscriptions;
    private JdbcTemplate jdbc;
    private Connection amqp;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        // what is parked is looked at where it lies
        hub = HubInside.start(folder, servers(), "--serai.failure.store=false");
        camel = hub.getBean(CamelContext.class);
        publisher = hub.getBean(EventPublisher.class);
        subscriptions = hub.getBean(Subscriptions.class);
        jdbc = hub.getBean(JdbcTemplate.class);
        await().atMost(Duration.ofSeconds(40)).until(publisher::isUp);
        amqp = hub.getBean(CachingConnectionFactory.class).createConnection().getDelegate();
        jdbc.execute("CREATE TABLE effect (id VARCHAR(255), note VARCHAR(255))");
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void eachSubscriptionGetsAnEventOnce() {
        var type = newType();
        var one = subscribe(newName(), type);
        var other = subscribe(newName(), type);

        var sent = IntStream.range(0, 200)
                .mapToObj(number -> publish(type, null, "{\"n\":" + number + "}"))
                .toList();

        await().untilAsserted(() -> assertThat(ids(one)).containsExactlyInAnyOrderElementsOf(ids(sent)));
        await().untilAsserted(() -> assertThat(ids(other)).containsExactlyInAnyOrderElementsOf(ids(sent)));
    }

    @Test
    void subscribersThatWaitHoldUpNoOther() {
        var type = newType();
        var waiting = new AtomicInteger();
        var over = new CountDownLatch(1);
        var consumers = 64;
        subscriptions.subscribe(
                new Subscription(newName(), Set.of(new EventPattern(type)), false, consumers, 1, null), delivery -> {
                    waiting.incrementAndGet();
                    awaitQuietly(over);
                    delivery.done();
                });
        var received = subscribe(newName(), type);
        try {
            IntStream.range(0, consumers).forEach(number -> publish(type, null, "{}"));

            await().atMost(Duration.ofSeconds(30)).until(() -> waiting.get() == consumers);
            await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == consumers);
        } finally {
            over.countDown();
        }
    }

    @Test
    void readersAreBackWithoutWaitingForTheDatabase() {
        var type = newType();
        var name = newName();
        var received = subscribe(name, type);
        await().until(() -> isDated(name));
        jdbc.update("UPDATE subscription_pattern SET bound_at = NULL WHERE subscription = ?", name);

        new TransactionTemplate(hub.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            // whoever dates the binding now waits for the end of this
            jdbc.update("UPDATE subscription_pattern SET unbind = FALSE WHERE subscription = ?", name);
            amqp.abort();
            amqp = hub.getBean(CachingConnectionFactory.class)
                    .createConnection()
                    .getDelegate();
            // not as long as H2 waits for a row
            await().atMost(Duration.ofSeconds(6)).until(() -> status(name).state() == SubscriptionStatus.State.ACTIVE);
            publish(type, null, "{}");
            await().atMost(Duration.ofSeconds(6)).until(() -> received.size() == 1);
            assertThat(isDated(name)).isFalse();
        });

        await().until(() -> isDated(name));
    }

    @Test
    void attributesAndBodyArriveAsTheyWere() {
        var type = newType();
        var received = subscribe(newName(), type);
        var event = new Event(
                EventIds.next(),
                "/test?a=b",
                new EventType(type),
                "Müller 東",
                Instant.parse("2026-11-21T10:00:00.123456789Z"),
                "application/json; charset=utf-8",
                "https://example.com/schema",
                Map.of("tenant", "acme", "sequence", "7"),
                "{\"a\" : \"\\u0000\", \"a\":1e400}".getBytes(StandardCharsets.UTF_8));

        publisher.publish(event).join();

        await().until(() -> !received.isEmpty());
        assertThat(received.peek()).usingRecursiveComparison().isEqualTo(event);
    }

    @Test
    void eventThatIsTooLargeIsRefusedAndTheChannelGoesOn() {
        var type = newType();
        var received = subscribe(newName(), type);

        assertThatThrownBy(() -> publisher
                        .publish(event(type, null, new byte[16_000_001]))
                        .join())
                .hasCauseInstanceOf(Invalid.class)
                .hasMessageContaining("serai.bus.max-message-size");

        publish(type, null, "small");
        await().until(() -> received.size() == 1);
    }

    @Test
    void aMessageThatAmqpCannotCarryIsRefusedAndCostsNoOtherItsConfirm() {
        var type = newType();
        var received = subscribe(newName(), type);
        var publishing = hub.getBean("publishing", Publishing.class);
        var sent = new ArrayList<CompletableFuture<Void>>();
        var refused = new ArrayList<CompletableFuture<Void>>();
        for (var number = 0; number < 100; number++) {
            sent.add(publisher.publish(event(type, null, new byte[0])));
            var wrong = number % 2 == 0
                    ? new BasicProperties.Builder().contentType("a".repeat(300))
                    : new BasicProperties.Builder().headers(Map.of("large", "a".repeat(amqp.getFrameMax())));
            refused.add(publishing.send(
                    "key" + number,
                    BusTopology.EVENTS,
                    type,
                    wrong.messageId("wrong").build(),
                    new byte[0]));
        }

        assertThat(refused)
                .allSatisfy(each -> assertThatThrownBy(each::join)
                        .hasCauseInstanceOf(Invalid.class)
                        .hasMessageContaining("publishing wrong"));
        assertThat(sent).allSatisfy(each -> each.orTimeout(20, TimeUnit.SECONDS).join());
        await().until(() -> received.size() == 100);
    }

    @Test
    void failedMessageIsTriedThreeTimesAndThenParkedWithItsFacts() throws Exception {
        var type = newType();
        var name = newName();
        var tries = new AtomicInteger();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name)
                        .routeId(name)
                        .process(exchange -> {
                            tries.incrementAndGet();
                            throw new IllegalStateException("no stock");
                        })
                        .id("check-stock");
            }
        });

        var event = publish(type, "s-1", "{\"sku\":\"x\"}");

        var parked = parkedFrom(name);
        assertThat(tries).hasValue(3);
        assertThat(new String(parked.getBody(), StandardCharsets.UTF_8)).isEqualTo("{\"sku\":\"x\"}");
        var headers = parked.getProps().getHeaders();
        assertThat(headers.get("cloudEvents_id")).hasToString(event.id());
        assertThat(headers.get("serai-failure-route")).hasToString(name);
        assertThat(headers.get("serai-failure-node")).hasToString("check-stock");
        assertThat(headers.get("serai-failure-attempts")).hasToString("3");
        assertThat(headers.get("serai-failure-message")).hasToString("no stock");
        assertThat(String.valueOf(headers.get("serai-failure-trace"))).contains("IllegalStateException");
        assertThat(backlog(name)).isZero();
    }

    @Test
    void messageThatIsWrongInItselfIsTriedOnce() throws Exception {
        var type = newType();
        var name = newName();
        var tries = new AtomicInteger();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name).process(exchange -> {
                    tries.incrementAndGet();
                    throw new Invalid("reading order: no sku");
                });
            }
        });

        publish(type, null, "{}");

        assertThat(parkedFrom(name).getProps().getHeaders().get("serai-failure-attempts"))
                .hasToString("1");
        assertThat(tries).hasValue(1);
    }

    /** {@code circuitBreaker} waits for its steps on the thread that runs it. */
    @Test
    void routesThatWaitForOnePublishAfterAnotherDoNotWaitForEachOther() throws Exception {
        var type = newType();
        var threads = 4 * Runtime.getRuntime().availableProcessors();
        var allWait = new CountDownLatch(threads);
        var done = new AtomicInteger();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + newName())
                        .to("event:" + type + ".first")
                        .process(exchange -> {
                            allWait.countDown();
                            allWait.await();
                        })
                        .circuitBreaker()
                        .to("event:" + type + ".second")
                        .end()
                        .process(exchange -> done.incrementAndGet());
            }
        });

        IntStream.range(0, 3 * threads).forEach(number -> publish(type, null, "{}"));

        await().atMost(Duration.ofSeconds(30)).until(() -> done.get() == 3 * threads);
    }

    @Test
    void routeParksWhatItFindsWrongAndGoesOn() throws Exception {
        var name = newName();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name)
                        .routeId(name)
                        .to(
                                "failure:test.line?subject=536365&reason=line ${header.line}: no price&extension.line=${header.line}")
                        .id("park-line")
                        .setBody(constant("went on"));
            }
        });

        var answer = camel.createFluentProducerTemplate()
                .to("direct:" + name)
                .withBody("a,b,c")
                .withHeader("line", 7)
                .request(String.class);

        assertThat(answer).isEqualTo("went on");
        var parked = parkedFrom("route:" + name);
        assertThat(new String(parked.getBody(), StandardCharsets.UTF_8)).isEqualTo("a,b,c");
        var headers = parked.getProps().getHeaders();
        assertThat(headers.get("cloudEvents_type")).hasToString("test.line");
        assertThat(headers.get("cloudEvents_subject")).hasToString("536365");
        assertThat(headers.get("cloudEvents_line")).hasToString("7");
        assertThat(headers.get("serai-failure-message")).hasToString("line 7: no price");
        assertThat(headers.get("serai-failure-exception")).hasToString(Invalid.class.getName());
        assertThat(headers.get("serai-failure-route")).hasToString(name);
        assertThat(headers.get("serai-failure-node")).hasToString("park-line");
    }

    @Test
    void routeParksTheExceptionItHasCaught() throws Exception {
        var name = newName();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name)
                        .routeId(name)
                        .onException(IllegalStateException.class)
                        .handled(true)
                        .to("failure:test.line")
                        .end()
                        .throwException(new IllegalStateException("no stock"))
                        .id("check-stock");
            }
        });

        camel.createFluentProducerTemplate().to("direct:" + name).withBody("x").request(String.class);

        var headers = parkedFrom("route:" + name).getProps().getHeaders();
        assertThat(headers.get("serai-failure-message")).hasToString("no stock");
        assertThat(headers.get("serai-failure-node")).hasToString("check-stock");
    }

    @Test
    void whatARouteParksInItsTransactionIsParkedAfterTheCommitOnly() throws Exception {
        var name = newName();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:" + name)
                        .routeId(name)
                        .transacted()
                        .to("failure:test.line?outbox=true&subject=one&reason=${body}")
                        .filter(simple("${body} == 'undone'"))
                        .throwException(new IllegalStateException("undo"));
            }
        });

        assertThatThrownBy(() -> camel.createProducerTemplate().requestBody("direct:" + name, "undone"))
                .hasRootCauseMessage("undo");
        camel.createProducerTemplate().requestBody("direct:" + name, "done");

        // the outbox keeps the order of a subject, so the undone one would have come first
        assertThat(parkedFrom("route:" + name).getProps().getHeaders().get("serai-failure-message"))
                .hasToString("done");
    }

    @Test
    void hugeFactsAreCutSoThatParkingSucceeds() throws Exception {
        var type = newType();
        var name = newName();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name).process(exchange -> {
                    throw new Invalid("x".repeat(1_000_000));
                });
            }
        });

        publisher
                .publish(new Event(
                        EventIds.next(),
                        "/test",
                        new EventType(type),
                        null,
                        Instant.now(),
                        null,
                        null,
                        Map.of("a", "b".repeat(4096), "b", "c".repeat(4096), "c", "d".repeat(4096)),
                        new byte[0]))
                .join();

        assertThat(parkedFrom(name).getProps().getHeaders().get("serai-failure-cut"))
                .isNotNull();
    }

    @Test
    void headersOfTheBindingForAmqp10AreAttributesToo() throws Exception {
        var type = newType();
        var received = subscribe(newName(), type);
        var headers = Map.<String, Object>of(
                "cloudEvents:specversion",
                "1.0",
                "cloudEvents:id",
                "1",
                "cloudEvents:source",
                "/other",
                "cloudEvents:type",
                type,
                "cloudEvents:time",
                "2026-11-21t10:00:00z",
                "cloudEvents:tenant",
                "a",
                "cloudEvents_tenant",
                "b");

        try (var channel = amqp.createChannel()) {
            channel.basicPublish(
                    BusTopology.EVENTS,
                    type,
                    new BasicProperties.Builder().headers(headers).build(),
                    new byte[] {1});
        }

        await().until(() -> !received.isEmpty());
        assertThat(received.peek().id()).isEqualTo("1");
        assertThat(received.peek().time()).isEqualTo("2026-11-21T10:00:00Z");
        assertThat(received.peek().extensions()).containsExactly(Map.entry("tenant", "b"));
    }

    @Test
    void messagesInStructuredModeAreEventsToo() throws Exception {
        var type = newType();
        var received = subscribe(newName(), type);
        var body = """
                {"specversion":"1.0", "id":"1", "source":"/other", "type":"%s", "flag":true, "count":-7, "tenant":"a",
                 "subject":"Müller", "data": { "n" : 1.10 }}""".formatted(type);

        send(type, new BasicProperties.Builder().contentType("application/cloudevents+json; charset=utf-8"), body);

        await().until(() -> !received.isEmpty());
        var event = received.peek();
        assertThat(event.id()).isEqualTo("1");
        assertThat(event.subject()).isEqualTo("Müller");
        assertThat(event.dataContentType()).isEqualTo("application/json");
        assertThat(new String(event.data(), StandardCharsets.UTF_8)).isEqualTo("{ \"n\" : 1.10 }");
        assertThat(event.extensions()).isEqualTo(Map.of("flag", true, "count", -7, "tenant", "a"));
        assertThat(event.time()).isNull();
    }

    @Test
    void structuredModeMayRepeatItsAttributesAsHeaders() throws Exception {
        var type = newType();
        var received = subscribe(newName(), type);
        var body = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/other\",\"type\":\"%s\",\"data\":7}"
                .formatted(type);
        var properties = new BasicProperties.Builder()
                .contentType("application/cloudevents+json")
                .headers(Map.of(
                        "cloudEvents:specversion",
                        "1.0",
                        "cloudEvents:id",
                        "1",
                        "cloudEvents:source",
                        "/other",
                        "cloudEvents:type",
                        type));

        send(type, properties, body);

        await().until(() -> !received.isEmpty());
        assertThat(new String(received.element().data(), StandardCharsets.UTF_8))
                .isEqualTo("7");
    }

    /** The content type alone would make another event of it. */
    @Test
    void eventThatCarriesAnEventStaysItself() {
        var type = newType();
        var received = subscribe(newName(), type);
        var inner = "{\"specversion\":\"1.0\",\"id\":\"inner\",\"source\":\"/other\",\"type\":\"other.type\"}";
        var event = new Event(
                "outer",
                "/test",
                new EventType(type),
                null,
                null,
                "application/cloudevents+json",
                null,
                Map.of(),
                inner.getBytes(StandardCharsets.UTF_8));

        publisher.publish(event).join();

        await().until(() -> !received.isEmpty());
        assertThat(received.peek()).usingRecursiveComparison().isEqualTo(event);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            application/cloudevents+json       | {"specversion":"1.0","id":"1"        | malformed
            application/cloudevents+json       | {"specversion":"1.0","id":"1"}       | source
            application/cloudevents+json       | [1]                                  | expected a JSON object
            application/cloudevents-batch+json | []                                   | batch
            application/cloudevents+avro       | x                                    | only JSON
            """)
    void structuredMessagesThatAreNoEventAreParkedAndSayWhy(String contentType, String body, String reason)
            throws Exception {
        var type = newType();
        var name = newName();
        subscribe(name, type);

        send(type, new BasicProperties.Builder().contentType(contentType), body);

        var parked = parkedFrom(name);
        assertThat(String.valueOf(parked.getProps().getHeaders().get("serai-failure-message")))
                .contains(reason);
        assertThat(new String(parked.getBody(), StandardCharsets.UTF_8)).isEqualTo(body);
        assertThat(parked.getProps().getContentType()).isEqualTo(contentType);
    }

    /** Who decides about the failure sees the attributes, and edits them. */
    @Test
    void structuredMessageThatFailsIsParkedAsHeadersAndData() throws Exception {
        var type = newType();
        var name = newName();
        subscriptions.subscribe(
                Subscription.of(name, 50, new EventPattern(type)), delivery -> delivery.failed(new Invalid("refused")));
        awaitConsumer(name);
        var body =
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/other\",\"type\":\"%s\",\"flag\":true,\"data\":7}"
                        .formatted(type);
        var properties = new BasicProperties.Builder()
                .contentType("application/cloudevents+json")
                .headers(Map.of("x-own", "kept"))
                .appId("legacy");

        send(type, properties, body);

        var parked = parkedFrom(name);
        assertThat(new String(parked.getBody(), StandardCharsets.UTF_8)).isEqualTo("7");
        assertThat(parked.getProps().getContentType()).isEqualTo("application/json");
        assertThat(parked.getProps().getAppId()).isEqualTo("legacy");
        assertThat(parked.getProps().getHeaders())
                .containsEntry("cloudEvents_flag", true)
                .doesNotContainKey("cloudEvents_time")
                .extractingByKeys("cloudEvents_id", "cloudEvents_source", "x-own")
                .extracting(String::valueOf)
                .containsExactly("1", "/other", "kept");
    }

    @Test
    void contentEncodingGoesWithTheEvent() throws Exception {
        var type = newType();
        var name = newName();
        var headers = new ConcurrentLinkedQueue<Map<String, Object>>();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name)
                        .process(exchange ->
                                headers.add(Map.copyOf(exchange.getMessage().getHeaders())))
                        .process(exchange -> {
                            throw new Invalid("refused");
                        });
            }
        });
        var received = subscribe(newName(), type);
        var binary = Map.<String, Object>of(
                "cloudEvents_specversion",
                "1.0",
                "cloudEvents_id",
                "1",
                "cloudEvents_source",
                "/other",
                "cloudEvents_type",
                type);

        send(type, new BasicProperties.Builder().contentEncoding("gzip").headers(binary), "compressed");

        await().until(() -> !received.isEmpty());
        assertThat(received.element().extensions()).containsEntry("contentencoding", "gzip");
        assertThat(parkedFrom(name).getProps().getContentEncoding()).isEqualTo("gzip");
        assertThat(headers.element()).containsEntry("CamelCloudEventcontentencoding", "gzip");
        var copy = received.element();
        publisher.publish(copy).join();
        await().until(() -> received.size() == 2);
        assertThat(AmqpEvents.properties(copy).getContentEncoding()).isEqualTo("gzip");
    }

    @Test
    void attributesKeepTheirTypes() throws Exception {
        var type = newType();
        var received = subscribe(newName(), type);
        var headers = Map.<String, Object>of(
                "cloudEvents:specversion",
                "1.0",
                "cloudEvents:id",
                "1",
                "cloudEvents:source",
                "/other",
                "cloudEvents:type",
                type,
                "cloudEvents:flag",
                false,
                "cloudEvents:count",
                5L,
                "cloudEvents:large",
                5_000_000_000L);

        send(type, new BasicProperties.Builder().headers(headers), "");

        await().until(() -> !received.isEmpty());
        var event = received.element();
        assertThat(event.extensions()).isEqualTo(Map.of("flag", false, "count", 5, "large", "5000000000"));
        assertThat(event.time()).isNull();
        assertThat(AmqpEvents.properties(event).getHeaders())
                .containsEntry("cloudEvents_flag", false)
                .containsEntry("cloudEvents_count", 5L)
                .doesNotContainKey("cloudEvents_time");
    }

    private void send(String type, BasicProperties.Builder properties, String body) throws Exception {
        try (var channel = amqp.createChannel()) {
            channel.basicPublish(BusTopology.EVENTS, type, properties.build(), body.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void messageThatIsNoCloudEventIsParked() throws Exception {
        var type = newType();
        var name = newName();
        var received = subscribe(name, type);
        awaitConsumer(name);

        try (var channel = amqp.createChannel()) {
            channel.basicPublish(BusTopology.EVENTS, type, new BasicProperties(), new byte[] {(byte) 0xFF, 0});
        }

        assertThat(String.valueOf(parkedFrom(name).getProps().getHeaders().get("serai-failure-message")))
                .contains("cloudEvents_specversion is missing");
        assertThat(received).isEmpty();
    }

    @Test
    void anIdempotentRouteHasItsEffectOnceThoughTheEventComesThrice() throws Exception {
        var type = newType();
        var name = newName();
        addRoute(effectRoute(type, name, "&idempotent=true&concurrency=3", 0));
        var event = event(type, null, "once".getBytes(StandardCharsets.UTF_8));

        publisher.publish(event).join();
        publisher.publish(event).join();
        publisher.publish(event).join();
        var last = publish(type, null, "last");

        await().untilAsserted(() -> assertThat(effects(name)).contains(last.id()));
        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
        assertThat(effects(name)).containsExactlyInAnyOrder(event.id(), last.id());
    }

    @Test
    void anIdempotentRouteThatFailsRollsBackAndSucceedsInANewTransaction() throws Exception {
        var type = newType();
        var name = newName();
        addRoute(effectRoute(type, name, "&idempotent=true", 2));

        var event = publish(type, null, "again");

        await().untilAsserted(() -> assertThat(effects(name)).containsExactly(event.id()));
    }

    @Test
    void anIdempotentRouteThatAlwaysFailsLeavesNoEffectAndIsParked() throws Exception {
        var type = newType();
        var name = newName();
        addRoute(effectRoute(type, name, "&idempotent=true", Integer.MAX_VALUE));

        publish(type, null, "never");

        assertThat(parkedFrom(name).getProps().getHeaders().get("serai-failure-attempts"))
                .hasToString("3");
        assertThat(effects(name)).isEmpty();
        assertThat(jdbc.queryForObject(
                        "SELECT COUNT(*) FROM processed_event WHERE subscription = ?", Integer.class, name))
                .isZero();
    }

    @Test
    void batchesHoldUpToTheirSizeAndABadEventIsTakenOut() throws Exception {
        var type = newType();
        var name = newName();
        var sizes = new ConcurrentLinkedQueue<Integer>();
        var done = new ConcurrentLinkedQueue<String>();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&batchSize=10&batchTimeout=300ms")
                        .process(exchange -> {
                            var batch = exchange.getMessage().getBody(List.class);
                            var ids = new ArrayList<String>();
                            for (var each : batch) {
                                var message = (Message) each;
                                if (message.getBody(String.class).equals("bad")) {
                                    throw new Invalid("bad one");
                                }
                                ids.add(message.getHeader("CamelCloudEventID", String.class));
                            }
                            sizes.add(ids.size());
                            done.addAll(ids);
                        });
            }
        });

        var good = new ArrayList<Event>();
        for (int i = 0; i < 25; i++) {
            if (i == 7) {
                publish(type, null, "bad");
            }
            good.add(publish(type, null, "good"));
        }

        parkedFrom(name);
        await().untilAsserted(() -> assertThat(done).containsExactlyInAnyOrderElementsOf(ids(good)));
        assertThat(sizes).allMatch(size -> size <= 10).anyMatch(size -> size > 1);
        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
    }

    @Test
    void batchOfLargeBodiesIsHandledLongBeforeItHasItsNumber() {
        var type = newType();
        var name = newName();
        var sizes = new ConcurrentLinkedQueue<Integer>();
        subscriptions.subscribeInBatches(
                Subscription.of(name, 1, new EventPattern(type)),
                new BatchSize(100, Duration.ofMinutes(5)),
                deliveries -> {
                    sizes.add(deliveries.size());
                    deliveries.forEach(Delivery::done);
                });
        awaitConsumer(name);

        for (int i = 0; i < 3; i++) {
            publisher.publish(event(type, "large", new byte[6 * 1024 * 1024])).join();
        }

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(sizes).containsExactly(3));
    }

    @Test
    void batchIsInsertedAsItIsInOneTransactionAndARowThatIsRefusedIsTakenOut() throws Exception {
        var type = newType();
        var name = newName();
        jdbc.execute("CREATE TABLE bulk (id VARCHAR(255) PRIMARY KEY, subject VARCHAR(10), body BYTEA)");
        var sizes = new ConcurrentLinkedQueue<Integer>();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&batchSize=10&batchTimeout=300ms")
                        .transacted()
                        .process(exchange -> sizes.add(
                                exchange.getMessage().getBody(List.class).size()))
                        .to("sql:insert into bulk (id, subject, body)"
                                + " values (:#CamelCloudEventID, :#CamelCloudEventSubject, :#body)?batch=true");
            }
        });

        var good = new ArrayList<Event>();
        for (int i = 0; i < 25; i++) {
            if (i == 7) {
                publish(type, "longer than ten", "refused");
            }
            good.add(publish(type, "s" + i, "body " + i));
        }

        assertThat(new String(parkedFrom(name).getBody(), StandardCharsets.UTF_8))
                .isEqualTo("refused");
        await().untilAsserted(() -> assertThat(jdbc.queryForList("SELECT id FROM bulk", String.class))
                .containsExactlyInAnyOrderElementsOf(ids(good)));
        assertThat(jdbc.queryForObject("SELECT body FROM bulk WHERE subject = 's9'", byte[].class))
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("body 9");
        assertThat(sizes).anyMatch(size -> size > 1);
        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
    }

    @Test
    void changeAndItsEventAreBothCommittedOrNeitherIs() {
        var type = newType();
        var received = subscribe(newName(), type);
        var outbox = hub.getBean(Outbox.class);
        var transaction = new TransactionTemplate(hub.getBean(PlatformTransactionManager.class));
        var rolledBack = event(type, "s", new byte[0]);
        var committed = event(type, "s", new byte[0]);

        transaction.executeWithoutResult(status -> {
            outbox.append(rolledBack);
            status.setRollbackOnly();
        });
        transaction.executeWithoutResult(status -> outbox.append(committed));

        await().untilAsserted(() -> assertThat(ids(received)).containsExactly(committed.id()));
        await().untilAsserted(() -> assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM outbox", Integer.class))
                .isZero());
    }

    @Test
    void outboxKeepsTheOrderOfEachSubject() {
        var type = newType();
        var received = subscribe(newName(), type);
        var outbox = hub.getBean(Outbox.class);
        for (int number = 0; number < 30; number++) {
            for (int subject = 0; subject < 10; subject++) {
                outbox.append(
                        event(type, "s" + subject, Integer.toString(number).getBytes(StandardCharsets.UTF_8)));
            }
        }

        await().until(() -> received.size() >= 300);
        for (int subject = 0; subject < 10; subject++) {
            var name = "s" + subject;
            assertThat(received.stream()
                            .filter(event -> name.equals(event.subject()))
                            .map(event -> Integer.parseInt(new String(event.data(), StandardCharsets.UTF_8))))
                    .as(name)
                    .isSorted();
        }
    }

    @Test
    void correlationFollowsAndTheConsumedIdBecomesTheCause() throws Exception {
        var first = newType();
        var second = newType();
        var name = newName();
        var received = subscribe(newName(), second);
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + first + "?subscription=" + name)
                        .routeId(name)
                        .setBody(constant(Map.of("a", 1)))
                        .to("event:" + second + "?subject=${header.CamelCloudEventSubject}&sequence=4");
            }
        });

        var cause = publish(first, "s-9", "x");

        await().until(() -> !received.isEmpty());
        var effect = received.peek();
        assertThat(effect.id()).isNotEqualTo(cause.id());
        assertThat(effect.source()).isEqualTo("/serai/" + name);
        assertThat(effect.subject()).isEqualTo("s-9");
        assertThat(effect.dataContentType()).isEqualTo("application/json");
        assertThat(new String(effect.data(), StandardCharsets.UTF_8)).isEqualTo("{\"a\":1}");
        assertThat(effect.extensions())
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("correlationid", cause.id(), "causationid", cause.id(), "sequence", "4"));
    }

    @Test
    void aPatternThatASubscriptionNoLongerHasIsUnbound() {
        var before = newType();
        var after = newType();
        var name = newName();
        subscriptions
                .subscribe(Subscription.of(name, 10, new EventPattern(before)), Delivery::done)
                .stop();
        var received = subscribe(name, after);
        awaitConsumer(name);

        publish(before, null, "no longer");
        var wanted = publish(after, null, "wanted");

        await().untilAsserted(() -> assertThat(ids(received)).containsExactly(wanted.id()));
        assertThat(subscriptions.list())
                .filteredOn(each -> each.name().equals(name))
                .singleElement()
                .satisfies(each -> assertThat(each.patterns()).containsExactly(after));
    }

    @Test
    void aSubscriptionThatNobodyReadsCollectsAndIsShownAsOrphaned() {
        var type = newType();
        var name = newName();
        var reading = subscriptions.subscribe(Subscription.of(name, 10, new EventPattern(type)), Delivery::done);
        awaitConsumer(name);
        reading.stop();

        publish(type, null, "later");

        await().untilAsserted(() -> assertThat(status(name).backlog()).isEqualTo(1));
        assertThat(status(name).state()).isEqualTo(SubscriptionStatus.State.ORPHANED);

        var received = subscribe(name, type);
        await().until(() -> received.size() == 1);
    }

    @Test
    void oneHubReadsASubscriptionOnce() {
        var type = newType();
        var name = newName();
        subscribe(name, type);

        assertThatThrownBy(() -> subscribe(name, type))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining(name);
    }

    @Test
    void whatIsNotAcknowledgedIsDeliveredAgain() {
        var type = newType();
        var name = newName();
        var forgotten = new ConcurrentLinkedQueue<Delivery>();
        var first = subscriptions.subscribe(Subscription.of(name, 10, new EventPattern(type)), forgotten::add);
        awaitConsumer(name);
        var event = publish(type, null, "x");
        await().until(() -> forgotten.size() == 1);
        // the connection is lost while the event is in hand
        amqp.abort();
        await().until(() -> forgotten.size() >= 2);

        forgotten.forEach(Delivery::done);

        assertThat(forgotten)
                .allSatisfy(delivery -> assertThat(delivery.event().id()).isEqualTo(event.id()));
        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
        first.stop();
        amqp = hub.getBean(CachingConnectionFactory.class).createConnection().getDelegate();
    }

    @Test
    void aRouteThatIsAtItsAsynchronousStepsHasNotAcknowledgedYet() throws Exception {
        var type = newType();
        var name = newName();
        var waiting = new ConcurrentLinkedQueue<AsyncCallback>();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name).process(new AsyncProcessorSupport() {
                    @Override
                    public boolean process(Exchange exchange, AsyncCallback callback) {
                        waiting.add(callback);
                        return false;
                    }
                });
            }
        });
        publish(type, null, "x");
        await().until(() -> waiting.size() == 1);
        // the connection is lost while the route waits
        amqp.abort();
        await().until(() -> waiting.size() == 2);

        waiting.forEach(callback -> callback.done(false));

        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
        amqp = hub.getBean(CachingConnectionFactory.class).createConnection().getDelegate();
    }

    /** The broker would let the next consumer begin as soon as this one is cancelled. */
    @Test
    void anOrderedQueueIsReadElsewhereOnlyWhenWhatIsInHandIsDone() throws Exception {
        var type = newType();
        var name = newName();
        var began = new ConcurrentLinkedQueue<String>();
        var over = new CountDownLatch(1);
        var reading = subscriptions.subscribe(ordered(name, type), delivery -> {
            began.add(delivery.event().id());
            awaitQuietly(over);
            began.add("done");
            delivery.done();
        });
        awaitConsumer(name);
        var sent = ids(
                IntStream.range(0, 20).mapToObj(n -> publish(type, "one", "x")).toList());
        await().until(() -> began.size() == 1);
        try (var channel = amqp.createChannel()) {
            channel.basicConsume(
                    BusTopology.queueOf(name),
                    true,
                    (tag, message) -> began.add(message.getProperties().getMessageId()),
                    tag -> {});

            var stopping = CompletableFuture.runAsync(reading::stop);
            await().during(Duration.ofSeconds(1)).until(() -> began.size() == 1);
            over.countDown();
            stopping.get(20, TimeUnit.SECONDS);

            await().until(() -> began.size() == 21);
            var expected = new ArrayList<>(sent);
            expected.add(1, "done");
            assertThat(began).containsExactlyElementsOf(expected);
        }
    }

    @Test
    void anOrderedEventInHandWhenItsConnectionIsLostIsNotBegunAgainBesideItself() {
        var type = newType();
        var name = newName();
        var began = new ConcurrentLinkedQueue<String>();
        var over = new CountDownLatch(1);
        var reading = subscriptions.subscribe(ordered(name, type), delivery -> {
            began.add(delivery.event().id());
            awaitQuietly(over);
            delivery.done();
        });
        awaitConsumer(name);
        var first = publish(type, "one", "x").id();
        var second = publish(type, "one", "x").id();
        await().until(() -> began.size() == 1);
        for (int lost = 0; lost < 2; lost++) {
            amqp.abort();
            amqp = hub.getBean(CachingConnectionFactory.class)
                    .createConnection()
                    .getDelegate();
            awaitConsumer(name);
        }
        await().during(Duration.ofSeconds(1)).until(() -> began.size() == 1);

        over.countDown();

        await().until(() -> began.size() == 3);
        assertThat(began).containsExactly(first, first, second);
        reading.stop();
    }

    @Test
    void aPausedSubscriptionBeginsNothingAndKeepsWhatItHas() {
        var type = newType();
        var name = newName();
        var began = new ConcurrentLinkedQueue<Delivery>();
        var reading = subscriptions.subscribe(Subscription.of(name, 10, new EventPattern(type)), began::add);
        awaitConsumer(name);
        var sent = new ArrayList<String>();
        sent.add(publish(type, null, "x").id());
        await().until(() -> began.size() == 1);

        reading.pause();
        IntStream.range(0, 20).forEach(n -> sent.add(publish(type, null, "x").id()));
        await().during(Duration.ofSeconds(1)).until(() -> began.size() == 1 && reading.inHand() == 1);
        began.remove().done();
        await().until(() -> reading.inHand() == 0);
        assertThat(status(name).state()).isEqualTo(SubscriptionStatus.State.ACTIVE);
        reading.resume();

        await().until(() -> {
            for (var each = began.poll(); each != null; each = began.poll()) {
                assertThat(each.event().id()).isEqualTo(sent.get(1));
                assertThat(each.isRedelivered()).isFalse();
                sent.remove(1);
                each.done();
            }
            return sent.size() == 1;
        });
        await().untilAsserted(() -> assertThat(backlog(name)).isZero());
        reading.stop();
    }

    private static Subscription ordered(String name, String type) {
        return new Subscription(name, Set.of(new EventPattern(type)), true, 1, 5, null);
    }

    @Test
    void anIdMayTakeWhatAnAmqpShortStringHoldsAndNoMore() {
        var type = newType();
        var received = subscribe(newName(), type);
        var longest = "é".repeat(127) + "x";

        publisher.publish(eventOf(longest, type, Instant.now())).join();

        await().untilAsserted(() -> assertThat(ids(received)).containsExactly(longest));
        assertThatThrownBy(() -> eventOf("é".repeat(128), type, Instant.now()))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields())
                                .extracting(Invalid.Field::name)
                                .containsExactly("id"));
    }

    @Test
    void eventsAtTheEndsOfTimeDoNotHoldUpTheOutbox() {
        var type = newType();
        var received = subscribe(newName(), type);
        var outbox = hub.getBean(Outbox.class);
        var last = eventOf(EventIds.next(), type, Instant.parse("9999-12-31T23:59:59.999999999Z"));
        var first = eventOf(EventIds.next(), type, Instant.parse("0000-01-01T00:00:00Z"));
        var next = event(type, null, new byte[0]);

        outbox.append(last);
        outbox.append(first);
        outbox.append(next);

        await().untilAsserted(
                        () -> assertThat(ids(received)).containsExactlyInAnyOrder(last.id(), first.id(), next.id()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"type = 'no type'", "extensions = '{'", "extensions = 'null'", "failure = '[1]'", "source = ' '"
            })
    void anUnreadableRowOfTheOutboxBecomesAFailureAndHoldsUpNothing(String damage) throws Exception {
        var type = newType();
        var received = subscribe(newName(), type);
        var outbox = hub.getBean(Outbox.class);
        var bad = event(type, "s", "still here".getBytes(StandardCharsets.UTF_8));
        var next = event(type, "s", new byte[0]);
        var other = event(type, "t", new byte[0]);

        new TransactionTemplate(hub.getBean(PlatformTransactionManager.class)).executeWithoutResult(status -> {
            outbox.append(bad);
            jdbc.update("UPDATE outbox SET " + damage + " WHERE id = ?", bad.id());
            outbox.append(next);
            outbox.append(other);
        });

        await().untilAsserted(() -> assertThat(ids(received)).containsExactlyInAnyOrder(next.id(), other.id()));
        var parked = parkedFrom("route:outbox");
        assertThat(new String(parked.getBody(), StandardCharsets.UTF_8)).isEqualTo("still here");
        assertThat(parked.getProps().getHeaders().get("cloudEvents_id")).hasToString(bad.id());
        assertThat(parked.getProps().getHeaders().get("serai-failure-retryable"))
                .hasToString("false");
        await().untilAsserted(() -> assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM outbox", Integer.class))
                .isZero());
    }

    @Test
    void anOrderedRouteTakesTheNextEventOnlyWhenItsAsynchronousStepsAreDone() throws Exception {
        var type = newType();
        var name = newName();
        var steps = new ConcurrentLinkedQueue<String>();
        addRoute(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&ordered=true")
                        .process(exchange ->
                                steps.add("begin " + exchange.getMessage().getBody(String.class)))
                        .delay(20)
                        .asyncDelayed()
                        .process(exchange ->
                                steps.add("end " + exchange.getMessage().getBody(String.class)));
            }
        });

        var expected = new ArrayList<String>();
        for (int number = 0; number < 10; number++) {
            publish(type, "s", Integer.toString(number));
            expected.addAll(List.of("begin " + number, "end " + number));
        }

        await().until(() -> steps.size() >= 20);
        assertThat(steps).containsExactlyElementsOf(expected);
    }

    @Test
    void queuesAreDeclaredOnANewConnectionBeforeAnythingIsPublishedOnIt() {
        var order = new ConcurrentLinkedQueue<Integer>();
        var link = hub.getBean(BrokerLinks.class).publish();
        var users = IntStream.range(0, 20)
                .<BrokerLink.User>mapToObj(number -> connection -> order.add(number))
                .toList();
        users.forEach(link::join);
        await().until(() -> order.size() == 20);
        order.clear();

        closePublishConnection();

        await().until(() -> order.size() == 20);
        assertThat(List.copyOf(order)).isSorted();
        users.forEach(link::leave);
        await().until(publisher::isUp);
    }

    @Test
    void whatIsReadBeforeTheHubCanPublishAgainIsHandedOnThen() throws Exception {
        var type = newType();
        var published = new ConcurrentLinkedQueue<Boolean>();
        subscriptions.subscribe(
                new Subscription(newName(), Set.of(new EventPattern(type)), false, 1, 10, null), delivery -> {
                    published.add(publisher.isUp());
                    delivery.done();
                });
        try (var channel = amqp.createChannel()) {
            for (int outage = 1; outage <= 3; outage++) {
                closePublishConnection();
                await().pollInterval(Duration.ofMillis(1)).until(() -> !publisher.isUp());
                channel.basicPublish(
                        BusTopology.EVENTS, type, AmqpEvents.properties(event(type, null, new byte[0])), new byte[0]);

                var sent = outage;
                await().until(() -> published.size() == sent);
            }
        }
        assertThat(published).containsOnly(true);
    }

    @Test
    void aMessageWhoseHeadersFillAFrameIsParkedAndOthersArePublishedMeanwhile() throws Exception {
        var type = newType();
        var name = newName();
        subscribe(name, type);
        var large = new BasicProperties.Builder()
                .headers(Map.of("bytes", new byte[68_000], "text", "é".repeat(30_000), "small", 7))
                .build();

        try (var channel = amqp.createChannel()) {
            channel.basicPublish("", BusTopology.queueOf(name), large, new byte[] {1});
        }

        var headers = parkedFrom(name).getProps().getHeaders();
        assertThat(headers.get("small")).isEqualTo(7);
        assertThat(headers.get("serai-failure-message")).isNotNull();
        assertThat(String.valueOf(headers.get("serai-failure-cut"))).contains("header");
        assertThat(publisher.isUp()).isTrue();
    }

    @Test
    void channelsThatAreLostTogetherAreOpenedAgainOnce() {
        var calls = new AtomicInteger();
        var link = hub.getBean(BrokerLinks.class).publish();
        BrokerLink.User user = connection -> calls.incrementAndGet();
        link.join(user);
        await().until(() -> calls.get() == 1);

        for (int channel = 0; channel < 8; channel++) {
            link.rejoin(user);
        }

        await().until(() -> calls.get() > 1);
        await().during(Duration.ofMillis(500)).until(() -> calls.get() == 2);
        link.leave(user);
    }

    private void closePublishConnection() {
        hub.getBean(CachingConnectionFactory.class)
                .getPublisherConnectionFactory()
                .createConnection()
                .getDelegate()
                .abort();
    }

    @Test
    void anErrorOfTheHandlerParksTheEventAndTheNextIsTaken() throws Exception {
        var type = newType();
        var one = newName();
        var batch = newName();
        var done = new ConcurrentLinkedQueue<String>();
        subscriptions.subscribe(Subscription.of(one, 1, new EventPattern(type)), delivery -> {
            stumbleOver(delivery);
            done.add(one);
            delivery.done();
        });
        subscriptions.subscribeInBatches(
                Subscription.of(batch, 1, new EventPattern(type)),
                new BatchSize(2, Duration.ofMillis(10)),
                deliveries -> deliveries.forEach(delivery -> {
                    stumbleOver(delivery);
                    done.add(batch);
                    delivery.done();
                }));
        awaitConsumer(one);
        awaitConsumer(batch);

        publish(type, null, "bad");
        parkedFrom(one);
        parkedFrom(batch);
        publish(type, null, "good");

        await().untilAsserted(() -> assertThat(done).containsExactlyInAnyOrder(one, batch));
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stumbleOver(Delivery delivery) {
        if (new String(delivery.event().data(), StandardCharsets.UTF_8).equals("bad")) {
            throw new StackOverflowError("nested too deep");
        }
    }

    private RouteBuilder effectRoute(String type, String name, String options, int failures) {
        var tries = new AtomicInteger();
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + options)
                        .to("sql:insert into effect (id, note) values (:#CamelCloudEventID, '" + name + "')")
                        .process(exchange -> {
                            if (tries.getAndIncrement() < failures) {
                                throw new IllegalStateException("not yet");
                            }
                        });
            }
        };
    }

    private List<String> effects(String name) {
        return jdbc.queryForList("SELECT id FROM effect WHERE note = ?", String.class, name);
    }

    private boolean isDated(String name) {
        return subscriptions.bindings().stream()
                .filter(binding -> binding.subscription().equals(name))
                .allMatch(binding -> binding.boundAt() != null);
    }

    private void addRoute(RouteBuilder route) throws Exception {
        camel.addRoutes(route);
        var reading = camel.getRoutes().get(camel.getRoutes().size() - 1).getEndpoint();
        var uri = reading.getEndpointUri();
        awaitConsumer(uri.replaceAll(".*subscription=([a-z0-9-]+).*", "$1"));
    }

    private ConcurrentLinkedQueue<Event> subscribe(String name, String pattern) {
        var received = new ConcurrentLinkedQueue<Event>();
        subscriptions.subscribe(Subscription.of(name, 50, new EventPattern(pattern)), delivery -> {
            received.add(delivery.event());
            delivery.done();
        });
        awaitConsumer(name);
        return received;
    }

    private void awaitConsumer(String name) {
        await().atMost(Duration.ofSeconds(20)).until(() -> status(name).state() == SubscriptionStatus.State.ACTIVE);
    }

    private SubscriptionStatus status(String name) {
        return subscriptions.list().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private long backlog(String name) {
        var backlog = status(name).backlog();
        return backlog == null ? -1 : backlog;
    }

    private Event publish(String type, @Nullable String subject, String body) {
        var event = event(type, subject, body.getBytes(StandardCharsets.UTF_8));
        publisher.publish(event).orTimeout(10, TimeUnit.SECONDS).join();
        return event;
    }

    private static Event eventOf(String id, String type, Instant time) {
        return new Event(id, "/test", new EventType(type), null, time, null, null, Map.of(), new byte[0]);
    }

    private static Event event(String type, @Nullable String subject, byte[] body) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                subject,
                Instant.now(),
                "text/plain",
                null,
                Map.of(),
                body);
    }

    /** Takes the parked message of a subscription out of the failures; puts back what is not its own. */
    private GetResponse parkedFrom(String name) throws Exception {
        try (var channel = amqp.createChannel()) {
            return await().atMost(Duration.ofSeconds(20))
                    .until(
                            () -> {
                                var others = new HashSet<Long>();
                                GetResponse found = null;
                                for (var got = channel.basicGet(BusTopology.FAILURES, false);
                                        got != null;
                                        got = channel.basicGet(BusTopology.FAILURES, false)) {
                                    var from = got.getProps().getHeaders().get("serai-failure-from");
                                    if (found == null && name.equals(String.valueOf(from))) {
                                        found = got;
                                        channel.basicAck(got.getEnvelope().getDeliveryTag(), false);
                                    } else {
                                        others.add(got.getEnvelope().getDeliveryTag());
                                    }
                                }
                                for (var tag : others) {
                                    channel.basicNack(tag, false, true);
                                }
                                return found;
                            },
                            found -> found != null);
        }
    }

    private static List<String> ids(Iterable<Event> events) {
        var ids = new ArrayList<String>();
        events.forEach(event -> ids.add(event.id()));
        return ids;
    }

    private static String newType() {
        return "test.t" + NAMES.incrementAndGet();
    }

    private static String newName() {
        return "s-" + NAMES.incrementAndGet();
    }
}
