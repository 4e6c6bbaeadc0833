// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Shipments go back to the ERP in files of a batch each; on whatever broker and database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class ShipmentReportContract {

    private static final String HEADER = "shipment_id,order_id,carrier,shipped_at,sku,quantity";
    private static final Duration SOON = Duration.ofSeconds(40);

    @TempDir
    static Path folder;

    private HubProcess hub;
    private HubClient client;
    private OtherSystem broker;
    private ParkedMessages parked;

    abstract Map<String, String> servers();

    abstract URI broker(HubProcess hub);

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder)
                .with(servers())
                // what is parked is looked at where it lies
                .with("serai.failure.store", "false")
                .start()
                .awaitReady();
        client = new HubClient(hub);
        broker = new OtherSystem(() -> broker(hub));
        parked = new ParkedMessages(broker);
    }

    @AfterAll
    void stop() {
        if (broker != null) {
            broker.close();
        }
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    @Order(1)
    void everyShipmentStandsInOneFileAndAWrongOneIsParkedAlone() throws IOException {
        var events = new ArrayList<>(shipments("A", 250));
        events.add(120, event("A-wrong", "A-O-120", "{\"shipmentId\":\"A-wrong\"}"));
        publish(events);

        await().atMost(SOON).until(() -> reported("A-").size() == 250);
        assertThat(reported("A-").values()).as("lines of each shipment").allMatch(count -> count == 2);
        assertThat(files()).allSatisfy(file -> {
            var lines = Files.readString(file).split("\r\n", -1);
            assertThat(lines[0]).isEqualTo(HEADER);
            assertThat(lines[lines.length - 1]).isEmpty();
            assertThat(lines.length).as("100 shipments of 2 lines at the most").isBetween(3, 202);
        });
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(parked.from("route:report-shipment-to-erp"))
                        .singleElement()
                        .satisfies(each -> {
                            assertThat(each.id()).isEqualTo("A-wrong");
                            assertThat(each.body()).isEqualTo("{\"shipmentId\":\"A-wrong\"}");
                            assertThat(each.reason()).contains("orderId");
                        }));
    }

    @Test
    @Order(2)
    void shipmentsWaitWhileTheFolderTakesNoFileAndAreThereAfterIt() throws IOException {
        var target = folder.resolve("data/legacy/erp/in");
        var aside = folder.resolve("data/legacy/erp/aside");
        Files.move(target, aside);
        Files.writeString(target, "a file where the folder should be");
        publish(shipments("B", 30));
        await().atMost(SOON).until(() -> hub.output().contains("Cannot store file"));

        // the hub stops soon all the same, and what waits is there after the next start
        var stopping = System.nanoTime();
        hub.stop();
        var took = Duration.ofNanos(System.nanoTime() - stopping);
        System.out.printf("stop while the folder takes nothing: %d ms%n", took.toMillis());
        hub.start().awaitReady();
        publish(shipments("C", 30));
        Files.delete(target);
        Files.move(aside, target);

        await().atMost(SOON)
                .until(() -> reported("B-").size() == 30 && reported("C-").size() == 30);
        assertThat(reported("B-").values()).allMatch(count -> count == 2);
        assertThat(reported("C-").values()).allMatch(count -> count == 2);
        assertThat(parked.from("report-shipment-to-erp")).isEmpty();
        assertThat(parked.from("route:report-shipment-to-erp")).hasSize(1);
        assertThat(took).isLessThan(Duration.ofSeconds(25));
    }

    @Test
    @Order(3)
    void killingTheHubLosesNoShipment() throws IOException {
        int kills = Integer.getInteger("serai.test.kills", 1);
        for (int kill = 0; kill < kills; kill++) {
            var name = "K" + kill;
            publish(shipments(name, 250));
            await().atMost(SOON).until(() -> !reported(name).isEmpty());
            hub.kill9();
            hub.start().awaitReady();
        }

        await().atMost(SOON).until(() -> reported("K").size() == 250 * kills);
        var repeated =
                reported("K").values().stream().filter(count -> count > 2).count();
        System.out.printf(
                "kills: %d, shipments: %d, all reported, repeated by the kills: %d%n", kills, 250 * kills, repeated);
        assertThat(parked.from("report-shipment-to-erp")).isEmpty();
    }

    private void publish(List<String> events) throws IOException {
        var answer = client.send(
                "POST",
                "/api/events",
                events.stream().collect(Collectors.joining(",", "[", "]")),
                "Content-Type",
                "application/cloudevents-batch+json");
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 299);
    }

    private static List<String> shipments(String prefix, int number) {
        return IntStream.range(0, number)
                .mapToObj(i -> event(
                        prefix + "-" + i,
                        prefix + "-O-" + i,
                        ("{\"shipmentId\":\"%s-%d\",\"orderId\":\"%s-O-%d\",\"carrier\":\"Smith, \\\"Jones\\\" & S\u00f6hne\","
                                        + "\"shippedAt\":\"2026-11-21T10:00:00Z\",\"lines\":["
                                        + "{\"sku\":\"WIDGET-7\",\"quantity\":%d},{\"sku\":\"GEAR-2\",\"quantity\":1}]}")
                                .formatted(prefix, i, prefix, i, i + 1)))
                .toList();
    }

    private static String event(String id, String order, String shipment) {
        return "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/test/orders\",\"type\":\"order.shipped\",\"subject\":\"%s\",\"data\":%s}"
                .formatted(id, order, shipment);
    }

    /** How many lines the ERP finds of each shipment. */
    private Map<String, Integer> reported(String prefix) throws IOException {
        var lines = new TreeMap<String, Integer>();
        for (var file : files()) {
            for (var line : Files.readString(file).split("\r\n", -1)) {
                if (line.startsWith(prefix)) {
                    assertThat(line).contains(",\"Smith, \"\"Jones\"\" & S\u00f6hne\",2026-11-21T10:00:00Z,");
                    lines.merge(line.substring(0, line.indexOf(',')), 1, Integer::sum);
                }
            }
        }
        return lines;
    }

    /** What the ERP would read. */
    private List<Path> files() throws IOException {
        var target = folder.resolve("data/legacy/erp/in");
        if (!Files.isDirectory(target)) {
            return List.of();
        }
        try (var all = Files.list(target)) {
            return all.filter(each -> !each.getFileName().toString().startsWith("."))
                    .toList();
        }
    }
}
