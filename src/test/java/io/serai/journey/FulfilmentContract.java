// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Orders are shipped once each by a service that is slow, fails, or is somewhere else; on whatever broker and database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class FulfilmentContract {

    private static final String SHIPMENTS = "/api/fulfilment/shipments";
    private static final String DISTURBANCE = "/api/demo/fulfilment";
    private static final String REQUEST = "{\"orderId\":\"%s\",\"lines\":[{\"sku\":\"85123A\",\"quantity\":6}]}";

    @TempDir
    static Path folder;

    private final AtomicInteger numbers = new AtomicInteger();
    private HubProcess hub;
    private HubClient client;

    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder)
                // what is parked is looked at where it lies
                .with("serai.failure.store", "false")
                .with(servers())
                .with("serai.registry.heartbeat", "1s")
                .with("serai.fulfilment.response-timeout", "4000")
                .with("serai.fulfilment.authorization", "Basic c2VjcmV0")
                .with("serai.registry.allowed-addresses", "parcels.example,127.0.0.1")
                .start()
                .awaitReady();
        client = new HubClient(hub);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    @Order(1)
    void anOrderIsShippedOnceHoweverOftenItIsPlaced() throws IOException {
        var order = newOrder();
        place(order);

        var shipped = awaitShipped(order);
        assertThat(shipped.path("data").path("orderId").asText()).isEqualTo(order);
        assertThat(shipped.path("data").path("carrier").asText()).isNotBlank();
        assertThat(shipped.path("data").path("lines").toString()).isEqualTo("[{\"sku\":\"85123A\",\"quantity\":6}]");
        assertThat(shipped.path("causationid").asText()).isEqualTo("placed-" + order);
        assertThat(shipped.path("correlationid").asText()).isEqualTo("placed-" + order);
        place(order);
        place(order);
        var next = newOrder();
        place(next);
        awaitShipped(next);

        assertThat(shipments(order))
                .singleElement()
                .satisfies(shipment -> assertThat(shipment.path("shipmentId").asText())
                        .isEqualTo(shipped.path("data").path("shipmentId").asText()));
        assertThat(client.events("type=order.shipped&subject=" + order)).hasSize(1);
    }

    @Test
    @Order(2)
    void theServiceAnswersTheSameShipmentToTheSameKey() throws Exception {
        var body = REQUEST.formatted("Ä \\\"1\\\" '); --");
        var first = ship("key ~1", body);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
        assertThat(json(first).path("orderId").asText()).isEqualTo("Ä \"1\" '); --");
        assertThat(json(first).path("shippedAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d.*");
        var again = ship("key ~1", body);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again)).isEqualTo(json(first));
        assertThat(ship("key ~1", REQUEST.formatted("another")).statusCode()).isEqualTo(422);
        assertThat(ship("key ~1", body.replace(":6", ":7")).statusCode()).isEqualTo(422);
        assertThat(shipments("another")).isEmpty();

        var callers = Executors.newFixedThreadPool(8);
        try {
            var answers = IntStream.range(0, 8)
                    .mapToObj(each -> callers.submit(() -> ship("at-once", REQUEST.formatted("at-once"))))
                    .toList();
            var statuses = new ArrayList<Integer>();
            for (var answer : answers) {
                statuses.add(answer.get(30, TimeUnit.SECONDS).statusCode());
            }
            assertThat(statuses).containsOnly(200, 201).containsOnlyOnce(201);
        } finally {
            callers.shutdownNow();
        }
        assertThat(shipments("at-once")).hasSize(1);
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "7",
                "{\"orderId\":\"1\"}",
                "{\"orderId\":\"\",\"lines\":[{\"sku\":\"a\",\"quantity\":1}]}",
                "{\"orderId\":7,\"lines\":[{\"sku\":\"a\",\"quantity\":1}]}",
                "{\"orderId\":\"1\\u0000\",\"lines\":[{\"sku\":\"a\",\"quantity\":1}]}",
                "{\"orderId\":\"1\",\"lines\":[]}",
                "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"a\",\"quantity\":0}]}",
                "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"a\",\"quantity\":-6}]}",
                "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"a\",\"quantity\":1.5}]}",
                "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"a\",\"quantity\":1e99}]}",
                "{\"orderId\":\"1\",\"lines\":[{\"quantity\":1}]}",
                "{\"orderId\":\"1\",\"orderId\":\"2\",\"lines\":[{\"sku\":\"a\",\"quantity\":1}]}",
                "{\"orderId\":\"1\",\"lines\":[{\"sku\":\"a\",\"quantity\":1}]} x"
            })
    void whatIsNoOrderIsNotShipped(String body) throws IOException {
        assertProblem(ship("bad-" + numbers.incrementAndGet(), body));
        assertThat(shipments("1")).isEmpty();
    }

    @Test
    @Order(2)
    void withoutAnIdempotencyKeyNothingIsShipped() throws IOException {
        assertProblem(client.send("POST", SHIPMENTS, REQUEST.formatted("keyless")));
        assertProblem(ship("k".repeat(256), REQUEST.formatted("keyless")));
        assertProblem(client.send("POST", SHIPMENTS, REQUEST.formatted("keyless"), "Idempotency-Key", ""));
        assertThat(shipments("keyless")).isEmpty();
        assertProblem(client.get(SHIPMENTS));
        assertProblem(client.get(SHIPMENTS + "?orderId=" + "a".repeat(65)));
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(
            strings = {
                "",
                "{}",
                "[]",
                "{\"latencyMillis\":-1,\"failureRate\":0}",
                "{\"latencyMillis\":60001,\"failureRate\":0}",
                "{\"latencyMillis\":0,\"failureRate\":1.01}",
                "{\"latencyMillis\":0,\"failureRate\":-0.1}",
                "{\"latencyMillis\":0,\"failureRate\":\"1\"}",
                "{\"latencyMillis\":0}",
                "{\"latencyMillis\":0,\"failureRate\":0,\"more\":1}",
                "{\"latencyMillis\":0,\"failureRate\":0} x"
            })
    void aDisturbanceOutOfBoundsIsRefused(String body) throws IOException {
        assertProblem(client.send("PUT", DISTURBANCE, body));
        assertThat(client.get(DISTURBANCE).body()).isEqualTo("{\"latencyMillis\":0,\"failureRate\":0.0}");
    }

    @Test
    @Order(3)
    void servicesAreListedWithTheAddressTheHubAnswersAt() throws IOException {
        await().untilAsserted(() -> assertThat(services())
                .extracting(each ->
                        each.path("name").asText() + " " + each.path("health").asText() + " "
                                + each.path("address").asText())
                .containsExactly(
                        "fulfilment UP http://127.0.0.1:" + hub.port(), "serai UP http://127.0.0.1:" + hub.port()));
        var first = json(client.get("/api/services?limit=1"));
        assertThat(first.path("items")).hasSize(1);
        assertThat(first.path("items").path(0).path("lastSeen").asText()).isNotBlank();
        var second = json(
                client.get("/api/services?limit=1&cursor=" + first.path("next").asText()));
        assertThat(second.path("items").path(0).path("name").asText()).isEqualTo("serai");
        assertThat(second.path("next").isNull()).isTrue();
        assertProblem(client.get("/api/services?limit=0"));
        assertProblem(client.get("/api/services?limit=501"));
    }

    @Test
    @Order(3)
    void aServiceOutsideComesGoesSilentAndGoes() throws IOException {
        var path = "/api/services/parcels/one";
        var said = "{\"address\":\"https://parcels.example:8443/v1/\",\"ttlSeconds\":%d}";
        assertThat(client.send("PUT", path, said.formatted(1)).statusCode()).isEqualTo(201);
        assertThat(client.send("PUT", path, said.formatted(1)).statusCode()).isEqualTo(200);
        await().untilAsserted(() -> assertThat(services()).anySatisfy(each -> {
            assertThat(each.path("address").asText()).isEqualTo("https://parcels.example:8443/v1");
            assertThat(each.path("health").asText()).isEqualTo("STALE");
        }));
        assertThat(client.send("PUT", path, said.formatted(60)).statusCode()).isEqualTo(200);
        assertThat(services()).anySatisfy(each -> {
            assertThat(each.path("name").asText()).isEqualTo("parcels");
            assertThat(each.path("health").asText()).isEqualTo("UP");
        });
        assertThat(client.send("DELETE", path, "").statusCode()).isEqualTo(204);
        assertThat(client.send("DELETE", path, "").statusCode()).isEqualTo(404);
        assertThat(services()).hasSize(2);
    }

    @ParameterizedTest
    @Order(3)
    @CsvSource(
            delimiter = '|',
            value = {
                "parcels/one  | {}",
                "parcels/one  | ''",
                "parcels/one  | []",
                "parcels/one  | {\"address\":7}",
                "parcels/one  | {\"address\":\"ftp://there\"}",
                "parcels/one  | {\"address\":\"http://a:b@parcels.example\"}",
                "parcels/one  | {\"address\":\"http://169.254.169.254/latest\"}",
                "parcels/one  | {\"address\":\"http://localhost:9090\"}",
                "parcels/one  | {\"address\":\"http://there\"}",
                "parcels/one  | {\"address\":\"http://parcels.example\",\"ttlSeconds\":0}",
                "parcels/one  | {\"address\":\"http://parcels.example\",\"ttlSeconds\":3601}",
                "parcels/one  | {\"address\":\"http://parcels.example\",\"health\":\"STALE\"}",
                "parcels/one  | {\"address\":\"http://parcels.example\",\"health\":\"fine\"}",
                "Parcels/one  | {\"address\":\"http://parcels.example\"}",
                "parcels/%20  | {\"address\":\"http://parcels.example\"}",
                "parcels/%0A  | {\"address\":\"http://parcels.example\"}"
            })
    void anAnnouncementThatIsWrongIsRefused(String path, String body) throws IOException {
        assertProblem(client.send("PUT", "/api/services/" + path, body));
        assertThat(services()).hasSize(2);
    }

    @Test
    @Order(4)
    void twoInstancesShareTheOrdersAndWhereOneFailsTheOtherTakesThem() throws IOException {
        var other = new ConcurrentLinkedQueue<String>();
        var works = new AtomicBoolean(true);
        var credentials = new ConcurrentLinkedQueue<String>();
        var workers = Executors.newCachedThreadPool();
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(workers);
        server.createContext(SHIPMENTS, exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            var order = body.replaceAll(".*\"orderId\":\"([^\"]*)\".*", "$1");
            var answer = "{\"shipmentId\":\"other\",\"orderId\":\"%s\"}"
                    .formatted(order)
                    .getBytes(StandardCharsets.UTF_8);
            if (exchange.getRequestHeaders().containsKey("Authorization")) {
                credentials.add(exchange.getRequestHeaders().getFirst("Authorization"));
            }
            if (works.get()) {
                other.add(order);
            }
            exchange.sendResponseHeaders(works.get() ? 201 : 500, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        });
        server.start();
        try {
            var said = "{\"address\":\"http://127.0.0.1:%d\",\"ttlSeconds\":600}"
                    .formatted(server.getAddress().getPort());
            assertThat(client.send("PUT", "/api/services/fulfilment/other", said)
                            .statusCode())
                    .isEqualTo(201);
            var shared = placeAndAwait(20);
            assertThat(other).doesNotHaveDuplicates().hasSizeBetween(5, 15);
            assertShippedOnceEach(shared, other);
            // they are for the hubs, not for whoever takes the name
            assertThat(credentials).isEmpty();

            works.set(false);
            var alone = placeAndAwait(20);
            assertShippedOnceEach(alone, List.of());
            assertThat(services()).anySatisfy(each -> {
                assertThat(each.path("instance").asText()).isEqualTo("other");
                assertThat(each.path("health").asText()).isEqualTo("FAILING");
            });
        } finally {
            client.send("DELETE", "/api/services/fulfilment/other", "");
            server.stop(0);
            workers.shutdownNow();
        }
    }

    @Test
    @Order(5)
    void whileTheServiceFailsOrdersWaitInFailuresAndNothingIsShippedTwice() throws IOException {
        disturb(0, 1);
        var orders = place(30);

        await().atMost(Duration.ofSeconds(30)).until(() -> breaker("open") == 1);
        await().atMost(Duration.ofSeconds(30)).until(() -> parked(orders) == orders.size());
        assertThat(hub.output()).contains("disturbed on purpose").contains("CallNotPermitted");
        assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(client.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        for (var order : orders) {
            assertThat(shipments(order)).isEmpty();
        }

        mend();
        // as a person who replays them would
        for (var order : orders) {
            place(order);
        }
        assertShippedOnceEach(orders, List.of());
    }

    @Test
    @Order(6)
    void aServiceTooSlowHoldsNoThreadsAndWhatItShippedLateIsNotShippedAgain() throws IOException {
        var before = threads();
        disturb(9000, 0);
        var orders = place(60);

        await().atMost(Duration.ofSeconds(150)).until(() -> parked(orders) == orders.size());
        assertThat(threads() - before).isLessThan(60);
        mend();
        for (var order : orders) {
            place(order);
        }
        assertShippedOnceEach(orders, List.of());
    }

    @Test
    @Order(7)
    void killsAndStopsUnderLoadShipEachOrderOnce() throws Exception {
        var accepted = new ConcurrentLinkedQueue<String>();
        var going = new AtomicBoolean(true);
        var enough = new AtomicInteger();
        var load = Executors.newFixedThreadPool(3);
        for (int worker = 0; worker < 3; worker++) {
            load.execute(() -> {
                while (going.get()) {
                    if (accepted.size() >= enough.get()) {
                        LockSupport.parkNanos(1_000_000);
                        continue;
                    }
                    var order = newOrder();
                    try {
                        if (tryToPlace(order).statusCode() == 202) {
                            accepted.add(order);
                        }
                    } catch (IOException killed) {
                        LockSupport.parkNanos(20_000_000);
                    }
                }
            });
        }
        for (Runnable end : List.<Runnable>of(hub::stop, hub::kill9)) {
            var before = accepted.size();
            enough.set(before + 150);
            await().atMost(Duration.ofSeconds(60)).until(() -> accepted.size() > before + 100);
            end.run();
            hub.start().awaitReady();
        }
        going.set(false);
        load.shutdown();
        assertThat(load.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        assertShippedOnceEach(List.copyOf(accepted), List.of());
        System.getLogger(getClass().getName()).log(System.Logger.Level.INFO, "shipped once each: {0}", accepted.size());
    }

    private String newOrder() {
        return "order-" + numbers.incrementAndGet();
    }

    private List<String> place(int number) throws IOException {
        var orders = new ArrayList<String>();
        for (int i = 0; i < number; i++) {
            var order = newOrder();
            place(order);
            orders.add(order);
        }
        return orders;
    }

    private List<String> placeAndAwait(int number) throws IOException {
        var orders = place(number);
        for (var order : orders) {
            awaitShipped(order);
        }
        return orders;
    }

    private void place(String order) throws IOException {
        var answer = tryToPlace(order);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    /** With an id that follows from the order, so that the same order again is the same event. */
    private HttpResponse<String> tryToPlace(String order) throws IOException {
        var body = """
                {"orderId":"%s","customerId":"17850","country":"France","placedAt":"2026-11-21T10:00:00Z",\
                "lines":[{"sku":"85123A","description":"HEART","quantity":6,"unitPrice":2.55}],"total":15.3}""".formatted(order);
        return client.send(
                "POST",
                "/api/events",
                body,
                "ce-specversion",
                "1.0",
                "ce-type",
                "order.placed",
                "ce-source",
                "/test",
                "ce-id",
                "placed-" + order,
                "ce-subject",
                order);
    }

    private JsonNode awaitShipped(String order) {
        return await().atMost(Duration.ofSeconds(30))
                .until(() -> client.events("type=order.shipped&subject=" + order), events -> events.size() == 1)
                .get(0);
    }

    /** All in the log once, and with the service once, but for those that another one shipped. */
    private void assertShippedOnceEach(List<String> orders, Iterable<String> byAnother) throws IOException {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(client.events("type=order.shipped"))
                        .extracting(event -> event.path("subject").asText())
                        .doesNotHaveDuplicates()
                        .containsAll(orders));
        var elsewhere = new ArrayList<String>();
        byAnother.forEach(elsewhere::add);
        for (var order : orders) {
            assertThat(shipments(order)).as(order).hasSize(elsewhere.contains(order) ? 0 : 1);
        }
    }

    private long parked(List<String> orders) {
        var output = hub.output();
        return orders.stream()
                .filter(order -> output.contains("parked messageId=placed-" + order + " from=fulfil-order"))
                .count();
    }

    private void disturb(int latencyMillis, double failureRate) throws IOException {
        var answer = client.send(
                "PUT", DISTURBANCE, "{\"latencyMillis\":%d,\"failureRate\":%s}".formatted(latencyMillis, failureRate));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** Makes the service well, and returns when orders have closed the breaker. */
    private void mend() throws IOException {
        disturb(0, 0);
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(300))
                .until(() -> {
                    place(newOrder());
                    return breaker("closed") == 1;
                });
    }

    private double breaker(String state) throws IOException {
        var meter = client.get(
                "/actuator/metrics/resilience4j.circuitbreaker.state?tag=name:fulfilment&tag=state:" + state);
        return json(meter).path("measurements").path(0).path("value").asDouble();
    }

    private double threads() throws IOException {
        return json(client.get("/actuator/metrics/jvm.threads.live"))
                .path("measurements")
                .path(0)
                .path("value")
                .asDouble();
    }

    private HttpResponse<String> ship(String key, String body) throws IOException {
        return client.send("POST", SHIPMENTS, body, "Idempotency-Key", key);
    }

    private List<JsonNode> shipments(String order) throws IOException {
        return items(SHIPMENTS + "?orderId=" + order);
    }

    private List<JsonNode> services() throws IOException {
        return items("/api/services");
    }

    private List<JsonNode> items(String path) throws IOException {
        var answer = client.get(path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        var items = new ArrayList<JsonNode>();
        json(answer).path("items").forEach(items::add);
        return items;
    }

    private static void assertProblem(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(response).path("detail").asText()).isNotBlank();
    }
}
