// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.GetResponse;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** An old warehouse host writes text to a queue of its own and reads orders from another; on whatever broker and database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class WarehouseContract {

    private static final String RECORDS = "warehouse.stock";
    private static final String COMMANDS = "warehouse.commands";
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private HubProcess hub;
    private HubClient client;
    private OtherSystem host;
    private ParkedMessages parked;

    abstract Map<String, String> servers();

    abstract URI broker(HubProcess hub);

    @BeforeAll
    void startWithoutTheQueuesOfTheHost() {
        hub = HubProcess.in(folder)
                .with(servers())
                // what is parked is looked at where it lies
                .with("serai.failure.store", "false")
                .start()
                .awaitReady();
        client = new HubClient(hub);
        host = new OtherSystem(() -> broker(hub));
        parked = new ParkedMessages(host);
    }

    @AfterAll
    void stop() {
        if (host != null) {
            host.close();
        }
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    @Order(1)
    void queueThatTheHostMakesLaterIsReadThenAndARecordBecomesStock() throws IOException {
        assertThat(client.get("/api/stock").body()).isEqualTo("{\"items\":[],\"next\":null}");

        host.declare(RECORDS);
        host.send(RECORDS, "STK|WIDGET-7|EAST|000042|0000001001|20261121083000\r\n");

        awaitStock("WIDGET-7", 42, 1001);
        assertThat(client.get("/api/stock/WIDGET-7").body())
                .isEqualTo("{\"sku\":\"WIDGET-7\",\"warehouse\":\"EAST\",\"quantity\":42,\"sequence\":1001,"
                        + "\"low\":false,\"countedAt\":\"2026-11-21T08:30:00Z\"}");
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(client.events("type=stock.changed"))
                        .singleElement()
                        .satisfies(event -> {
                            assertThat(event.path("subject").asText()).isEqualTo("WIDGET-7");
                            assertThat(event.path("sequence").asText()).isEqualTo("1001");
                            assertThat(event.path("time").asText()).isEqualTo("2026-11-21T08:30:00Z");
                            assertThat(event.path("data").path("quantity").asLong())
                                    .isEqualTo(42);
                        }));
    }

    @Test
    @Order(2)
    void recordsThatAreOldOrComeTwiceChangeNothing() throws IOException {
        var newest = "STK|GEAR-2|EAST|70|12|20261121090000";
        host.send(RECORDS, newest);
        host.send(RECORDS, "STK|GEAR-2|WEST|5|11|20261121080000");
        host.send(RECORDS, newest);
        host.send(RECORDS, "STK|GEAR-2|WEST|6|12|20261121090001");
        host.send(RECORDS, "STK|GEAR-2-LAST|EAST|70|1|20261121090000");

        awaitStock("GEAR-2-LAST", 70, 1);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(client.events("type=stock.changed&subject=GEAR-2"))
                        .as("the same record is the same event")
                        .hasSize(3));
        assertThat(stock("GEAR-2").path("quantity").asLong()).isEqualTo(70);
        assertThat(stock("GEAR-2").path("warehouse").asText()).isEqualTo("EAST");
        assertThat(client.events("type=stock.low")).isEmpty();
    }

    @Test
    @Order(3)
    void garbageIsParkedWithTheReasonWhileTheOthersGoOn() throws IOException {
        var garbage = Map.ofEntries(
                Map.entry("", "expected STK|"),
                Map.entry("hello", "expected STK|"),
                Map.entry("STK|A|EAST|1|1", "expected STK|"),
                Map.entry("STK|A|EAST|1|1|20261121083000|x", "expected STK|"),
                Map.entry("STK||EAST|1|1|20261121083000", "expected STK|"),
                Map.entry("STK|" + "A".repeat(5_000_000) + "|EAST|1|1|20261121083000", "200 characters at most"),
                Map.entry("STK|=1+1|EAST|1|1|20261121083000", "sku must be"),
                Map.entry("STK|A\nB|EAST|1|1|20261121083000", "sku must be"),
                Map.entry("STK|Größe|EAST|1|1|20261121083000", "sku must be"),
                Map.entry("STK|A|the east|1|1|20261121083000", "warehouse must be"),
                Map.entry("STK|A|EAST|-1|1|20261121083000", "quantity must be"),
                Map.entry("STK|A|EAST|1e9|1|20261121083000", "quantity must be"),
                Map.entry("STK|A|EAST|1|1234567890123456|20261121083000", "sequence must be"),
                Map.entry("STK|A|EAST|1|1|2026-11-21", "the time must be"),
                Map.entry("STK|A|EAST|1|1|20260230083000", "time is not"));
        int number = 0;
        for (var body : garbage.keySet()) {
            host.send(RECORDS, body);
            host.send(RECORDS, "STK|GOOD|EAST|100|" + ++number + "|20261121083000");
        }
        host.send(RECORDS, new byte[] {(byte) 0xFF, 0, (byte) 0xFE});
        host.send(RECORDS, "STK|GOOD|EAST|100|" + ++number + "|20261121083000");

        awaitStock("GOOD", 100, number);
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(parked.from("queue:" + RECORDS))
                        .hasSize(garbage.size() + 1)
                        .allSatisfy(each ->
                                assertThat(each.reason()).contains(garbage.getOrDefault(each.body(), "expected"))));
        assertThat(parked.from("queue:" + RECORDS))
                .extracting(ParkedMessages.Parked::body)
                .containsAll(garbage.keySet());
        assertThat(client.get("/api/stock/A").statusCode()).isEqualTo(404);
    }

    @Test
    @Order(4)
    void orderForWhichTheHostHasNoQueueYetIsParkedNotLost() throws IOException {
        host.send(RECORDS, "STK|EARLY|EAST|3|1|20261121083000");

        await().atMost(SOON)
                .untilAsserted(() -> assertThat(parked.from("reorder-stock"))
                        .singleElement()
                        .satisfies(each -> {
                            assertThat(each.id()).isEqualTo("low-EARLY-1");
                            assertThat(each.reason()).contains(COMMANDS);
                        }));
        assertThat(stock("EARLY").path("low").asBoolean()).isTrue();
    }

    @Test
    @Order(5)
    void stockThatFallsBelowTheThresholdIsOrderedOnceEachTimeItFalls() throws IOException {
        host.declare(COMMANDS);
        int sequence = 0;
        for (var quantity : List.of(10, 9, 8, 0, 10, 60, 9, 12)) {
            host.send(RECORDS, "STK|BOLT.5|EAST|" + quantity + "|" + ++sequence + "|20261121083000");
        }

        awaitStock("BOLT.5", 12, sequence);
        // read in order, so whatever else were ordered would stand before it
        host.send(RECORDS, "STK|LAST|EAST|0|1|20261121083000");
        var orders = awaitOrders(3);
        assertThat(orders)
                .extracting(OtherSystem::text)
                .containsExactly(
                        "RRQ|R-BOLT.5-2|BOLT.5|EAST|50|20261121083000",
                        "RRQ|R-BOLT.5-7|BOLT.5|EAST|50|20261121083000",
                        "RRQ|R-LAST-1|LAST|EAST|50|20261121083000");
        var properties = orders.get(0).getProps();
        assertThat(properties.getDeliveryMode()).isEqualTo(2);
        assertThat(properties.getMessageId()).isEqualTo("R-BOLT.5-2");
        assertThat(properties.getHeaders()).as("nothing of the hub's own").isNullOrEmpty();
        assertThat(client.events("type=stock.low&subject=BOLT.5"))
                .extracting(event -> event.path("sequence").asText())
                .containsExactly("2", "7");
    }

    @Test
    @Order(6)
    void eventThatSomebodyForgesReachesNeitherTheTableNorTheHost() throws IOException {
        var forged = "{\"sku\":\"X|RRQ\",\"warehouse\":\"EAST\",\"quantity\":1,\"sequence\":1,\"countedAt\":\"%s\"}";
        var newline = "{\"sku\":\"X\\n\",\"warehouse\":\"EAST\",\"quantity\":1,\"sequence\":1,\"countedAt\":\"%s\"}";
        for (var body : List.of(forged, newline, "{}", "7")) {
            for (var type : List.of("stock.changed", "stock.low")) {
                var sent = client.send("POST", "/api/events/" + type, body.formatted("2026-11-21T08:30:00Z"));
                assertThat(sent.statusCode()).isEqualTo(202);
            }
        }

        await().atMost(SOON).untilAsserted(() -> {
            assertThat(parked.from("store-stock")).hasSize(4);
            assertThat(parked.from("reorder-stock")).hasSize(5);
        });
        assertThat(host.take(COMMANDS)).isEmpty();
    }

    @Test
    @Order(7)
    void stockIsListedPageByPage() throws IOException {
        var skus = new ArrayList<String>();
        var cursor = "";
        do {
            var page = json(client.get("/api/stock?limit=2" + cursor));
            page.path("items").forEach(each -> skus.add(each.path("sku").asText()));
            cursor = page.path("next").isTextual()
                    ? "&cursor=" + page.path("next").asText()
                    : "";
        } while (!cursor.isEmpty());

        assertThat(skus)
                .containsExactlyInAnyOrder("BOLT.5", "EARLY", "GEAR-2", "GEAR-2-LAST", "GOOD", "LAST", "WIDGET-7")
                .doesNotHaveDuplicates();
        for (var wrong : List.of("limit=0", "limit=501", "limit=x", "cursor=%00", "cursor=a%20b")) {
            assertThat(client.get("/api/stock?" + wrong).statusCode()).as(wrong).isEqualTo(422);
        }
        assertThat(client.get("/api/stock/a%20b").statusCode()).isEqualTo(404);
    }

    @Test
    @Order(8)
    void killingTheHubLeavesTheRightStockAndNoOrderIsLost() throws Exception {
        int skus = 20;
        int counts = 20;
        var parkedBefore = parkedSoFar();
        var sending = Executors.newSingleThreadExecutor();
        try (var sender = new OtherSystem(() -> broker(hub))) {
            var sent = sending.submit(() -> {
                for (int count = 1; count <= counts; count++) {
                    for (int sku = 0; sku < skus; sku++) {
                        // the last count of each is low, so that it is ordered once, whatever is skipped as old
                        var quantity = count == counts ? 1 : 100 + count;
                        sender.send(RECORDS, "STK|KILL-%d|EAST|%d|%d|20261121083000".formatted(sku, quantity, count));
                    }
                }
            });
            awaitKnown(skus / 2);
            restart();
            sent.get(90, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !client.events("type=stock.low&subject=KILL-0").isEmpty());
            restart();
        } finally {
            sending.shutdownNow();
        }

        for (int sku = 0; sku < skus; sku++) {
            awaitStock("KILL-" + sku, 1, counts);
        }
        var orders = new ArrayList<String>();
        var expected = IntStream.range(0, skus)
                .mapToObj(sku -> "RRQ|R-KILL-%d-%d|KILL-%d|EAST|50|20261121083000".formatted(sku, counts, sku))
                .toList();
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            host.take(COMMANDS).forEach(each -> orders.add(OtherSystem.text(each)));
            return orders.containsAll(expected);
        });
        host.take(COMMANDS).forEach(each -> orders.add(OtherSystem.text(each)));
        System.out.printf(
                "kills: 2, records: %d, orders: %d of %d SKUs, repeated by the kills: %d%n",
                skus * counts, orders.size(), skus, orders.size() - skus);
        assertThat(orders).hasSameElementsAs(expected);
        assertThat(parkedSoFar()).as("nothing is parked for a kill").isEqualTo(parkedBefore);
    }

    private void restart() {
        hub.kill9();
        hub.start().awaitReady();
    }

    private void awaitKnown(int skus) {
        await().atMost(Duration.ofSeconds(60))
                .until(() -> client.get("/api/stock?limit=500").body().split("KILL-", -1).length > skus);
    }

    private void awaitStock(String sku, long quantity, long sequence) {
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            assertThat(stock(sku).path("sequence").asLong()).isEqualTo(sequence);
            assertThat(stock(sku).path("quantity").asLong()).isEqualTo(quantity);
        });
    }

    private JsonNode stock(String sku) throws IOException {
        return json(client.get("/api/stock/" + sku));
    }

    private List<GetResponse> awaitOrders(int number) {
        var orders = new ArrayList<GetResponse>();
        await().atMost(SOON).until(() -> {
            orders.addAll(host.take(COMMANDS));
            return orders.size() >= number;
        });
        return orders;
    }

    private int parkedSoFar() {
        return parked.from("queue:" + RECORDS).size()
                + parked.from("store-stock").size()
                + parked.from("reorder-stock").size();
    }
}
