// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.LongString;
import io.serai.message.EventIds;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Message;
import org.apache.camel.builder.RouteBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * What is promised where messages are as bad as AMQP lets them be: each is parked with its reason and sent back as it
 * came, and those beside it are processed as if it were not there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class PoisonContract {

    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(40);
    private static final int MANY = 1000;
    private static final Pattern GOOD = Pattern.compile("\\{\"n\":\"[^\"]+\"}");
    private static final Pattern OF_THE_DELIVERY = Pattern.compile(
            "CamelSpringRabbitmq(DeliveryTag|ConsumerTag|Redelivered|RoutingKey|ReceivedRoutingKey|Exchange).*");

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private CamelContext camel;
    private Jobs jobs;
    private JdbcTemplate jdbc;
    private Connection amqp;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    /** How deep lists in a header may be. */
    abstract int levels();

    @BeforeAll
    void start() throws Exception {
        hub = HubInside.start(
                folder, servers(), "--serai.bus.immediate-retries=0", "--serai.failure.default-policy=none");
        camel = hub.getBean(CamelContext.class);
        jobs = hub.getBean(Jobs.class);
        jdbc = hub.getBean(JdbcTemplate.class);
        HubInside.awaitReading(hub, SOON);
        amqp = HubInside.connectToBroker(hub.getBean(RabbitConnectionDetails.class));
    }

    @AfterAll
    void stop() throws IOException {
        if (amqp != null) {
            amqp.close();
        }
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void poisonedEventsAreParkedWithTheirReasonAndTheirNeighboursAreNot() throws Exception {
        var type = "poison.t" + NAMES.incrementAndGet();
        var single = new Reader("event:" + type + "?subscription=single-" + type.replace('.', '-') + "&retry=none");
        var batch = new Reader("event:" + type + "?subscription=batch-" + type.replace('.', '-')
                + "&retry=none&batchSize=50&batchTimeout=50");
        single.open();
        batch.open();
        var poisons = Poison.events(type);

        var without = millis(() -> {
            send("serai.events", type, goodEvents(type), List.of());
            awaitDone(single, MANY);
            awaitDone(batch, MANY);
        });
        var with = millis(() -> {
            send("serai.events", type, goodEvents(type), poisons);
            awaitDone(single, 2 * MANY);
            awaitDone(batch, 2 * MANY);
        });

        System.out.printf(
                "poison: events=%d poisoned=%d millisWithout=%d millisWith=%d%n", MANY, poisons.size(), without, with);
        for (var reader : List.of(single, batch)) {
            assertParked(reader.origin(), poisons);
            assertThat(parkedFrom(reader.origin())).hasSameSizeAs(poisons);
        }
        var events = poisons.stream().filter(Poison::isEvent).toList();
        await().atMost(SOON).until(() -> logged(type) == 2 * MANY + events.size());
        assertParked(
                "event-log", poisons.stream().filter(each -> !each.isEvent()).toList());
        // ten times: a machine may be busy, but who waits for a bad message waits for seconds
        assertThat(with).isLessThan(10 * without + 5_000);

        for (var reader : List.of(single, batch)) {
            reader.mend();
            replay(reader.origin());
            await().atMost(SOON).until(() -> count(reader.origin(), FailureState.RESOLVED) == events.size());
            // those that are no events come back by themselves, in their own time
            await().atMost(SOON)
                    .until(() -> count(reader.origin(), FailureState.DEAD) == poisons.size() - events.size());
            reader.assertSeenAgainAsBefore(events);
        }
    }

    @Test
    void poisonedMessagesOfAnotherSystemsQueueAreParkedAndTheirNeighboursAreNot() throws Exception {
        var queue = "host.poison-" + NAMES.incrementAndGet();
        try (var channel = amqp.createChannel()) {
            channel.queueDeclare(queue, true, false, false, null);
        }
        var reader = new Reader("spring-rabbitmq:default?queues=" + queue);
        reader.open();
        var poisons = Poison.ofAnotherSystem();

        send("", queue, good(Map::of), poisons);

        awaitDone(reader, MANY);
        assertParked("queue:" + queue, poisons);
        reader.mend();
        replay("queue:" + queue);
        await().atMost(SOON).until(() -> count("queue:" + queue, FailureState.RESOLVED) == poisons.size());
        reader.assertSeenAgainAsBefore(poisons);
    }

    private void assertParked(String origin, List<Poison> poisons) {
        await().atMost(SOON).until(() -> count(origin, FailureState.DEAD) >= poisons.size());
        var parked = parkedFrom(origin);
        assertThat(parked.keySet())
                .as(origin)
                .containsAll(poisons.stream().map(Poison::name).collect(toSet()));
        poisons.forEach(poison -> {
            var failure = Objects.requireNonNull(parked.get(poison.name()));
            assertThat(failure.message()).as(poison.name()).contains(reason(poison));
            assertThat(failure.body()).as(poison.name()).isEqualTo(poison.body());
            assertThat(comparable(headers(failure.properties())))
                    .as(poison.name())
                    .isEqualTo(comparable(kept(headers(poison.properties()))));
        });
    }

    private static String reason(Poison poison) {
        return poison.refusal() == null ? "poisoned: " + poison.body().length + " bytes" : poison.refusal();
    }

    private static Map<String, Object> headers(BasicProperties properties) {
        return properties.getHeaders() == null ? Map.of() : properties.getHeaders();
    }

    /** All but what RabbitMQ would take for its own orders, and what only the hub writes. */
    private static Map<String, Object> kept(Map<String, Object> headers) {
        var kept = new HashMap<>(headers);
        kept.keySet().removeIf(name -> name.equals("CC") || name.startsWith("serai-failure-"));
        return kept;
    }

    @SuppressWarnings("ArrayRecordComponent") // passes through
    private record Parked(@Nullable String message, BasicProperties properties, byte[] body) {}

    /** By message id. */
    private Map<String, Parked> parkedFrom(String origin) {
        return jdbc
                .query(
                        "SELECT message, properties, body FROM failure WHERE origin = ?",
                        (row, number) -> new Parked(
                                row.getString("message"),
                                new PropertiesJson().read(row.getString("properties")),
                                row.getBytes("body")),
                        origin)
                .stream()
                .collect(toMap(each -> each.properties().getMessageId(), each -> each));
    }

    private long count(String origin, FailureState state) {
        return Objects.requireNonNull(jdbc.queryForObject(
                "SELECT COUNT(*) FROM failure WHERE origin = ? AND status = ?", Long.class, origin, state.name()));
    }

    private long logged(String type) {
        return Objects.requireNonNull(
                jdbc.queryForObject("SELECT COUNT(*) FROM event_log WHERE type = ?", Long.class, type));
    }

    private void replay(String origin) {
        jobs.make(
                Job.Kind.REPLAY,
                new Jobs.Selection(null, new FailureQueries.Query(null, null, origin, null, null, null, null)),
                "{}",
                new Job.Pace(1000, false, null),
                "ann",
                "mended");
    }

    private static void awaitDone(Reader reader, int count) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(10)).until(() -> reader.done.size() >= count);
        assertThat(reader.done).hasSize(count);
    }

    /** Spreads the bad ones evenly among the good. */
    private void send(String exchange, String key, List<BasicProperties> good, List<Poison> poisons) throws Exception {
        try (var channel = amqp.createChannel()) {
            channel.confirmSelect();
            var every = poisons.isEmpty() ? Integer.MAX_VALUE : good.size() / poisons.size();
            if (good.isEmpty()) {
                for (var poison : poisons) {
                    channel.basicPublish(exchange, key, true, poison.properties(), poison.body());
                }
            }
            for (int i = 0; i < good.size(); i++) {
                if (i % every == 0 && i / every < poisons.size()) {
                    var poison = poisons.get(i / every);
                    channel.basicPublish(exchange, key, true, poison.properties(), poison.body());
                }
                var body = "{\"n\":\"%s\"}".formatted(good.get(i).getMessageId());
                channel.basicPublish(exchange, key, true, good.get(i), body.getBytes(StandardCharsets.UTF_8));
            }
            channel.waitForConfirmsOrDie(SOON.toMillis());
        }
    }

    private static List<BasicProperties> goodEvents(String type) {
        return good(() -> Map.of(
                "cloudEvents_specversion",
                "1.0",
                "cloudEvents_id",
                EventIds.next(),
                "cloudEvents_source",
                "/good",
                "cloudEvents_type",
                type));
    }

    private static List<BasicProperties> good(Supplier<Map<String, Object>> headers) {
        return Stream.generate(() -> new BasicProperties.Builder()
                        .deliveryMode(2)
                        .contentType("application/json")
                        .messageId(EventIds.next())
                        .headers(headers.get())
                        .build())
                .limit(MANY)
                .toList();
    }

    private static long millis(Work work) throws Exception {
        var begin = System.nanoTime();
        work.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }

    private static Map<String, Object> comparable(Map<String, Object> headers) {
        return headers.entrySet().stream().collect(toMap(Map.Entry::getKey, each -> comparable(each.getValue())));
    }

    /** Text is text, however the client holds it; bytes compare by what they hold. */
    private static Object comparable(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return "bytes " + HexFormat.of().formatHex(bytes);
        } else if (value instanceof List<?> list) {
            return list.stream().map(PoisonContract::comparable).toList();
        } else if (value instanceof Map<?, ?> table) {
            return table.entrySet().stream()
                    .collect(toMap(each -> each.getKey().toString(), each -> comparable(each.getValue())));
        }
        return value instanceof LongString ? value.toString() : Objects.requireNonNullElse(value, "null");
    }

    @Test
    void aTableAsDeepAsAFrameCanHoldIsLeftOutAndStopsNobody() throws Exception {
        var type = "poison.t" + NAMES.incrementAndGet();
        var single = new Reader("event:" + type + "?subscription=deep-" + type.replace('.', '-') + "&retry=none");
        single.open();
        var queue = "host.poison-" + NAMES.incrementAndGet();
        try (var channel = amqp.createChannel()) {
            channel.queueDeclare(queue, true, false, false, null);
        }
        var other = new Reader("spring-rabbitmq:default?queues=" + queue);
        other.open();
        var deep = List.of(Poison.deep(type, levels()));

        withLargeStack(() -> {
            send("serai.events", type, goodEvents(type), deep);
            send("", queue, good(Map::of), deep);
            send("serai.dead", "", List.of(), deep);
        });

        awaitDone(single, MANY);
        awaitDone(other, MANY);
        for (var origin : List.of(single.origin(), "queue:" + queue, "event-log", "queue:")) {
            await().atMost(SOON).until(() -> !parkedFrom(origin).isEmpty());
            assertThat(parkedFrom(origin)).as(origin).containsOnlyKeys("deep");
            assertThat(jdbc.queryForList("SELECT cut FROM failure WHERE origin = ?", String.class, origin))
                    .as(origin)
                    .allSatisfy(cut -> assertThat(cut).contains("1 headers left out: cloudEvents_deep"));
        }
    }

    @Test
    void anEnormousTraceIsCutAndSaysSoAndTheMessageGoesBackAsItCame() throws Exception {
        var type = "poison.t" + NAMES.incrementAndGet();
        var name = "trace-" + type.replace('.', '-');
        var mended = new AtomicBoolean();
        var seen = new ConcurrentLinkedQueue<Map<String, Object>>();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + type + "?subscription=" + name + "&retry=none").process(exchange -> {
                    seen.add(comparable(exchange.getMessage().getHeaders()));
                    if (!mended.get()) {
                        throw new IllegalStateException("é".repeat(500_000), new IOException("cause"));
                    }
                });
            }
        });
        Map<String, Object> extensions =
                IntStream.range(0, 4).boxed().collect(toMap(each -> "cloudEvents_e" + each, each -> "v".repeat(4096)));
        var event = good(() -> extensions).get(0);
        var headers = new HashMap<>(goodEvents(type).get(0).getHeaders());
        headers.putAll(extensions);
        headers.putAll(IntStream.range(0, 25).boxed().collect(toMap(each -> "x" + each, each -> "w".repeat(4096))));

        send("serai.events", type, List.of(event.builder().headers(headers).build()), List.of());

        await().atMost(SOON).until(() -> count(name, FailureState.DEAD) == 1);
        var failure = jdbc.queryForMap("SELECT message, trace, cut FROM failure WHERE origin = ?", name);
        assertThat(Objects.toString(failure.get("message")).getBytes(StandardCharsets.UTF_8))
                .hasSizeBetween(1000, 1024);
        assertThat(Objects.toString(failure.get("trace")).getBytes(StandardCharsets.UTF_8))
                .hasSizeBetween(1000, 32 * 1024);
        assertThat(Objects.toString(failure.get("cut")))
                .contains("trace cut from", " characters", "headers left out: x")
                .doesNotContain("cloudEvents");
        mended.set(true);
        replay(name);
        await().atMost(SOON).until(() -> count(name, FailureState.RESOLVED) == 1);
        assertThat(seen).hasSize(2);
        assertThat(seen.remove()).isEqualTo(seen.remove());
    }

    @Test
    void aDeadLetterWhoseHeadersFillTheFrameIsSentBackOnceWithoutTheLargest() throws Exception {
        var queue = "host.poison-" + NAMES.incrementAndGet();
        try (var channel = amqp.createChannel()) {
            channel.queueDeclare(queue, true, false, false, null);
        }
        var full = new Poison(
                "full",
                null,
                new BasicProperties.Builder()
                        .deliveryMode(2)
                        .messageId("full")
                        .headers(Map.of(
                                "x-death", List.of(Map.of("queue", queue, "reason", "expired")),
                                "large", "l".repeat(125_000),
                                "small", "s"))
                        .build(),
                new byte[] {1});
        send("serai.dead", "", List.of(), List.of(full));
        await().atMost(SOON).until(() -> count("queue:" + queue, FailureState.DEAD) == 1);
        var reader = new Reader("spring-rabbitmq:default?queues=" + queue);
        reader.mend();
        reader.open();

        replay("queue:" + queue);

        await().atMost(SOON).until(() -> count("queue:" + queue, FailureState.RESOLVED) == 1);
        await().atMost(SOON).until(() -> reader.again.containsKey("full"));
        assertThat(reader.again.get("full")).containsEntry("small", "s").doesNotContainKey("large");
        assertThat(jdbc.queryForObject("SELECT cut FROM failure WHERE origin = ?", String.class, "queue:" + queue))
                .isEqualTo("1 headers left out: large");
    }

    /** The client writes a deep table with as many calls. */
    private static void withLargeStack(Work work) throws Exception {
        var task = new FutureTask<Void>(() -> {
            work.run();
            return null;
        });
        new Thread(null, task, "deep", 256L << 20).start();
        task.get(2 * SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private interface Work {
        void run() throws Exception;
    }

    /** A route that fails for each message that is bad, until it is mended. */
    private final class Reader {

        private final String uri;
        private final Set<String> done = ConcurrentHashMap.newKeySet();
        private final Map<String, Map<String, Object>> first = new ConcurrentHashMap<>();
        private final Map<String, Map<String, Object>> again = new ConcurrentHashMap<>();
        private final AtomicBoolean mended = new AtomicBoolean();

        Reader(String uri) {
            this.uri = uri;
        }

        String origin() {
            return uri.replaceAll(".*subscription=([a-z0-9-]+).*", "$1");
        }

        void open() throws Exception {
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from(uri).process(exchange -> {
                        var body = exchange.getMessage().getBody();
                        var messages = body instanceof List<?> list
                                ? list.stream().map(Message.class::cast).toList()
                                : List.of(exchange.getMessage());
                        for (var message : messages) {
                            read(message);
                        }
                    });
                }
            });
        }

        private void read(Message message) {
            var body = message.getBody(byte[].class);
            var id = message.getHeader("CamelSpringRabbitmqMessageId", message.getHeader("CamelCloudEventID"));
            if (mended.get()) {
                again.put(id.toString(), seen(message));
                return;
            }
            var order = body.length > 1000 ? "" : new String(body, StandardCharsets.UTF_8);
            if (!GOOD.matcher(order).matches()) {
                first.putIfAbsent(id.toString(), seen(message));
                throw new IllegalArgumentException("poisoned: " + body.length + " bytes");
            }
            done.add(order);
        }

        /** But for what is of the delivery, not of the message. */
        private Map<String, Object> seen(Message message) {
            var headers = new HashMap<>(message.getHeaders());
            headers.keySet().removeIf(name -> OF_THE_DELIVERY.matcher(name).matches() || name.equals("CC"));
            return comparable(headers);
        }

        void mend() {
            mended.set(true);
        }

        void assertSeenAgainAsBefore(List<Poison> poisons) {
            await().atMost(SOON).until(() -> again.size() >= poisons.size());
            assertThat(again).hasSameSizeAs(poisons);
            again.forEach((id, headers) -> assertThat(headers).as(id).isEqualTo(first.get(id)));
        }
    }
}
