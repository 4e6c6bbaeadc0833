// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.EventPublisher;
import io.serai.bus.Subscription;
import io.serai.bus.SubscriptionStatus;
import io.serai.bus.Subscriptions;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.message.Unavailable;
import io.serai.testing.HubInside;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** What publishers are promised while the broker, behind a bad network, comes and goes. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class StoreAndForwardContract {

    private static final int MAX_BYTES = 4 * 1024 * 1024;

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private TcpProxy broker;
    private ConfigurableApplicationContext hub;
    private JdbcTemplate jdbc;

    /** Where the database is; nothing for embedded. */
    abstract Map<String, String> database();

    @BeforeAll
    void start() {
        var address = SharedNodes.rabbit().newVhost();
        broker = TcpProxy.to(address.getHost(), address.getPort());
        var servers = new HashMap<>(database());
        servers.put(
                "spring.rabbitmq.addresses",
                address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/"));
        hub = HubInside.start(
                folder,
                servers,
                "--serai.bus.publisher.confirm-timeout=2s",
                "--serai.bus.outbox.max-bytes=" + MAX_BYTES + "B");
        jdbc = hub.getBean(JdbcTemplate.class);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
        broker.close();
    }

    @BeforeEach
    void brokerIsThereAndOutboxEmpty() {
        broker.forward();
        await().atMost(Duration.ofSeconds(40)).until(() -> publisher().isPrompt());
        await().atMost(Duration.ofSeconds(30)).until(() -> gauge("rows") == 0);
    }

    @Test
    void underLoadEveryEventIsAcceptedAndArrivesInTheOrderOfItsSubjectWhateverTheNetworkDoes() throws Exception {
        var received = subscribe("load", "load.#");
        var going = new AtomicBoolean(true);
        var callers = Executors.newFixedThreadPool(8);
        var accepted = new LinkedHashMap<String, Integer>();
        double stored = meters().counter("serai.bus.outbox.stored").count();
        try {
            var counts = IntStream.range(0, 8)
                    .mapToObj(caller -> callers.submit(() -> publishWhile(going, caller)))
                    .toList();
            pause(500);
            broker.cut();
            pause(500);
            broker.refuse();
            pause(1500);
            broker.forward();
            pause(1000);
            broker.blackHole();
            pause(3000);
            broker.forward();
            pause(500);
            going.set(false);
            for (int caller = 0; caller < counts.size(); caller++) {
                accepted.put("load-" + caller, counts.get(caller).get(60, TimeUnit.SECONDS));
            }
        } finally {
            callers.shutdownNow();
        }
        var back = System.nanoTime();

        accepted.forEach((subject, count) -> await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(new HashSet<>(numbers(received, subject)))
                        .as(subject)
                        .hasSize(count)));
        var total = accepted.values().stream().mapToInt(Integer::intValue).sum();
        System.out.printf(
                "store and forward: accepted=%d stored=%.0f delivered=%d duplicates=%d lost=0 drained after %d ms%n",
                total,
                meters().counter("serai.bus.outbox.stored").count() - stored,
                received.size(),
                received.size() - total,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back));
        accepted.forEach((subject, count) -> assertThat(
                        numbers(received, subject).stream().distinct().toList())
                .as(subject)
                .isEqualTo(IntStream.range(0, count).boxed().toList()));
        assertThat(meters().counter("serai.bus.outbox.stored").count()).isGreaterThan(stored);
    }

    @Test
    void fullOutboxIsAnsweredWithRetryAfterAndTakesAgainWhenTheBrokerIsBack() throws Exception {
        var received = subscribe("bound", "bound.#");
        broker.refuse();
        await().until(() -> !publisher().isUp());
        var large = "\"" + "x".repeat(300_000) + "\"";
        var taken = new AtomicInteger();
        // a row that is written while the outbox is counted counts twice until the next time
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
            var answer = post("/api/events/bound.large", large);
            if (answer.statusCode() == 202) {
                taken.incrementAndGet();
                return false;
            }
            assertUnavailable(answer);
            return gauge("rows") == taken.get();
        });

        var accepted = taken.get();
        assertThat(accepted).isEqualTo(MAX_BYTES / 300_000 + 1);
        assertUnavailable(post("/api/events/bound.small?subject=s", "1"));
        assertUnavailable(postBatch(List.of(structured("bound.small", "s", 1), structured("bound.small", "s", 2))));
        assertThatThrownBy(() -> hub.getBean(Outbox.class).append(event("bound.small", "s")))
                .isInstanceOf(Unavailable.class);
        assertThat(get("/actuator/health/intake").statusCode()).isEqualTo(503);
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(503);
        assertThat(gauge("rows")).isEqualTo(accepted);
        assertThat(gauge("size")).isGreaterThan(MAX_BYTES);
        await().untilAsserted(() -> assertThat(gauge("age")).isPositive());

        broker.forward();

        await().atMost(Duration.ofSeconds(30))
                .until(() -> post("/api/events/bound.small?subject=s", "1").statusCode() == 202);
        var all = accepted + 1;
        await().atMost(Duration.ofSeconds(30)).until(() -> received.size() == all);
        await().untilAsserted(() -> assertThat(gauge("rows")).isZero());
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
    }

    @Test
    void whileTheBrokerIsAwayTheHubIsReadyAndSaysThatTheBrokerIsDown() throws Exception {
        broker.refuse();
        await().until(() -> get("/actuator/health/broker").statusCode() == 503);
        assertThat(get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(get("/actuator/health/intake").statusCode()).isEqualTo(200);
    }

    @Test
    void eventFollowsARowOfItsSubjectThatAnotherHubWrote() throws Exception {
        var received = subscribe("other", "other.#");
        var backlog = hub.getBean(Backlog.class);
        standBy();
        try {
            // written behind the back of this hub
            hub.getBean(OutboxRows.class).insert(new OutboxRows.Entry(event("other.first", "shared"), null, null));
            await().until(() -> backlog.mayHold("shared"));

            assertThat(post("/api/events/other.second?subject=shared", "1").statusCode())
                    .isEqualTo(202);
            assertThat(post("/api/events/other.free?subject=free", "1").statusCode())
                    .isEqualTo(202);
            await().until(() -> types(received).contains("other.free"));
            assertThat(types(received)).containsExactly("other.free");
        } finally {
            goOn();
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> received.size() >= 3);
        assertThat(types(received)).containsExactly("other.free", "other.first", "other.second");
        await().until(() -> !backlog.mayHold("shared"));
    }

    @Test
    void eventFollowsARowOfItsSubjectThatARouteIsAboutToCommit() throws Exception {
        var received = subscribe("route", "route.#");
        double stored = meters().counter("serai.bus.outbox.stored").count();

        new TransactionTemplate(hub.getBean(PlatformTransactionManager.class)).executeWithoutResult(open -> {
            hub.getBean(Outbox.class).append(event("route.first", "row"));
            try {
                assertThat(post("/api/events/route.second?subject=row", "1").statusCode())
                        .isEqualTo(202);
            } catch (Exception unexpected) {
                throw new IllegalStateException(unexpected);
            }
        });

        await().until(() -> received.size() == 2);
        assertThat(meters().counter("serai.bus.outbox.stored").count()).isEqualTo(stored + 1);
        await().until(() -> !hub.getBean(Backlog.class).mayHold("row"));
        assertThat(post("/api/events/route.third?subject=row", "1").statusCode())
                .isEqualTo(202);
        await().until(() -> received.size() == 3);
        assertThat(meters().counter("serai.bus.outbox.stored").count())
                .as("straight to the broker again")
                .isEqualTo(stored + 1);
    }

    @Test
    void batchIsStoredWholeAndLargeBodiesToo() throws Exception {
        var received = subscribe("batch", "batch.#");
        broker.refuse();
        await().until(() -> !publisher().isUp());

        var batch = IntStream.range(0, 500)
                .mapToObj(number -> structured("batch.item", "b" + number % 3, number))
                .toList();
        assertThat(postBatch(batch).statusCode()).isEqualTo(202);
        assertThat(post("/api/events/batch.large", "\"" + "x".repeat(2_500_000) + "\"")
                        .statusCode())
                .isEqualTo(202);
        broker.forward();

        await().atMost(Duration.ofSeconds(30)).until(() -> received.size() >= 501);
        for (var subject : List.of("b0", "b1", "b2")) {
            assertThat(numbers(received, subject)).isSorted();
        }
        assertThat(received.stream().mapToInt(event -> event.data().length).max())
                .hasValue(2_500_002);
    }

    /** One subject; waits for each answer. Returns how many were accepted: all. */
    private int publishWhile(AtomicBoolean going, int caller) throws Exception {
        var subject = "load-" + caller;
        var number = 0;
        while (going.get()) {
            HttpResponse<String> answer;
            var count = 1;
            switch (caller % 4) {
                case 0 -> answer = post("/api/events/load.json?subject=" + subject, Integer.toString(number));
                case 1 ->
                    answer = post(
                            "/api/events",
                            json.writeValueAsString(structured("load.structured", subject, number)),
                            "Content-Type",
                            "application/cloudevents+json");
                case 2 -> {
                    count = 5;
                    var from = number;
                    answer = postBatch(IntStream.range(0, count)
                            .mapToObj(each -> structured("load.batch", subject, from + each))
                            .toList());
                }
                default ->
                    answer = post(
                            "/api/events",
                            Integer.toString(number),
                            "Content-Type",
                            "application/json",
                            "ce-specversion",
                            "1.0",
                            "ce-id",
                            EventIds.next(),
                            "ce-source",
                            "/test",
                            "ce-type",
                            "load.binary",
                            "ce-subject",
                            subject);
            }
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            number += count;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
        }
        return number;
    }

    /** Another hub has the lease. */
    private void standBy() {
        jdbc.update("UPDATE lease SET holder = 'another hub', expires_at = CURRENT_TIMESTAMP + INTERVAL '1' HOUR"
                + " WHERE name = 'outbox-relay'");
        // renewed at a third of its time; until then this hub relays
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> {
                    var left = jdbc.queryForObject("SELECT COUNT(*) FROM outbox", Integer.class);
                    hub.getBean(Outbox.class).append(event("probe.lease", "probe"));
                    return left != null && left > 0;
                });
    }

    private void goOn() {
        jdbc.update(
                "UPDATE lease SET expires_at = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE name = 'outbox-relay'");
    }

    @Test
    void eventOfTheOutboxKeepsItsTypesAndHasATimeOnlyWhereItHadOne() {
        var received = subscribe("typed", "typed.#");
        var event = new Event(
                EventIds.next(),
                "/test",
                new EventType("typed.sent"),
                null,
                null,
                null,
                null,
                Map.of("flag", true, "count", -7, "text", "7", "contentencoding", "gzip"),
                new byte[] {1});
        broker.refuse();

        hub.getBean(StoreAndForward.class).publish(List.of(event)).forEach(CompletableFuture::join);
        assertThat(gauge("rows")).isPositive();
        broker.forward();

        await().atMost(Duration.ofSeconds(40)).until(() -> !received.isEmpty());
        assertThat(received.element()).usingRecursiveComparison().isEqualTo(event);
    }

    private static Map<String, Object> structured(String type, String subject, int number) {
        return Map.of(
                "specversion",
                "1.0",
                "id",
                EventIds.next(),
                "source",
                "/test",
                "type",
                type,
                "subject",
                subject,
                "datacontenttype",
                "application/json",
                "data",
                number);
    }

    private static Event event(String type, String subject) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                subject,
                Instant.now(),
                "application/json",
                null,
                Map.of(),
                "1".getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> numbers(ConcurrentLinkedQueue<Event> received, String subject) {
        return received.stream()
                .filter(event -> subject.equals(event.subject()))
                .map(event -> Integer.parseInt(new String(event.data(), StandardCharsets.UTF_8)))
                .toList();
    }

    private static List<String> types(ConcurrentLinkedQueue<Event> received) {
        return received.stream().map(event -> event.type().name()).toList();
    }

    private ConcurrentLinkedQueue<Event> subscribe(String name, String pattern) {
        var received = new ConcurrentLinkedQueue<Event>();
        var subscriptions = hub.getBean(Subscriptions.class);
        subscriptions.subscribe(Subscription.of(name, 50, new EventPattern(pattern)), delivery -> {
            received.add(delivery.event());
            delivery.done();
        });
        await().atMost(Duration.ofSeconds(20))
                .until(() -> subscriptions.list().stream()
                        .anyMatch(each -> each.name().equals(name) && each.state() == SubscriptionStatus.State.ACTIVE));
        return received;
    }

    private static void assertUnavailable(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    private HttpResponse<String> postBatch(List<Map<String, Object>> batch) throws IOException, InterruptedException {
        return post(
                "/api/events", json.writeValueAsString(batch), "Content-Type", "application/cloudevents-batch+json");
    }

    private HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return post(path, body, "Content-Type", "application/json");
    }

    private HttpResponse<String> post(String path, String body, String... headers)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri(path))
                        .headers(headers)
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + hub.getEnvironment().getProperty("local.server.port") + path);
    }

    private double gauge(String name) {
        return meters().get("serai.bus.outbox." + name).gauge().value();
    }

    private MeterRegistry meters() {
        return hub.getBean(MeterRegistry.class);
    }

    private EventPublisher publisher() {
        return hub.getBean(EventPublisher.class);
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
