// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** From the ERP's file to the fulfilment service and back, with a service that fails at first. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class MendedFulfilmentContract {

    private static final Duration LONG = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    private HubProcess hub;
    private HubClient client;

    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder)
                .with(servers())
                // as the standard ones are, only sooner
                .with("serai.failure.policies.standard.delays", ("1s,".repeat(60) + "1s"))
                .with("serai.fulfilment.failure-rate", "1")
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
    void ordersWaitWhileFulfilmentFailsAndAreShippedOnceWhenItIsMended() throws Exception {
        drop("orders.csv");
        await().atMost(LONG)
                .until(() ->
                        failures("state=retrying&subscription=fulfil-order").size() == OrdersContract.PLACED);
        assertThat(client.events("type=order.shipped")).isEmpty();
        assertThat(failures("state=dead")).singleElement().satisfies(line -> {
            assertThat(line.path("eventType").asText()).isEqualTo("order.line");
            assertThat(line.path("message").asText()).contains("line 624: description is blank");
        });

        assertThat(client.send(
                                "PUT",
                                "/api/demo/fulfilment",
                                "{\"latencyMillis\":0,\"failureRate\":0}",
                                "Content-Type",
                                "application/json")
                        .statusCode())
                .isEqualTo(200);

        await().atMost(LONG)
                .until(() ->
                        failures("state=resolved&subscription=fulfil-order").size() == OrdersContract.PLACED);
        assertShippedOnce();

        drop("again.csv");
        await().atMost(LONG).until(() -> Files.exists(folder.resolve("data/legacy/erp/out/.done/again.csv")));
        await().atMost(LONG).until(() -> client.events("type=file.arrived").size() == 2);
        assertShippedOnce();
    }

    /** In the event log, in the service's table and in the ERP's folder. */
    private void assertShippedOnce() {
        await().atMost(LONG).ignoreException(NoSuchFileException.class).untilAsserted(() -> {
            var shipped = client.events("type=order.shipped").stream()
                    .map(event -> event.path("subject").asText())
                    .toList();
            assertThat(shipped).hasSize(OrdersContract.PLACED).doesNotHaveDuplicates();
            for (var order : shipped) {
                assertThat(json(client.get("/api/fulfilment/shipments?orderId=" + order))
                                .path("items"))
                        .hasSize(1);
            }
            assertThat(reported().keySet()).containsExactlyInAnyOrderElementsOf(shipped);
            assertThat(reported().values())
                    .allSatisfy(shipments -> assertThat(shipments).hasSize(1));
        });
    }

    /** The shipments of each order in the files for the ERP. */
    private static Map<String, List<String>> reported() throws IOException {
        var lines = new ArrayList<String>();
        try (var files = Files.list(folder.resolve("data/legacy/erp/in"))) {
            for (var file :
                    files.filter(each -> each.toString().endsWith(".csv")).toList()) {
                lines.addAll(Files.readAllLines(file).stream().skip(1).toList());
            }
        }
        return lines.stream()
                .map(line -> line.split(",", 3))
                .distinct()
                .collect(Collectors.groupingBy(
                        line -> line[1],
                        Collectors.mapping(
                                line -> line[0], Collectors.collectingAndThen(Collectors.toSet(), List::copyOf))));
    }

    private List<JsonNode> failures(String query) throws IOException {
        var items = new ArrayList<JsonNode>();
        json(client.get("/api/failures?limit=500&" + query)).path("items").forEach(items::add);
        return items;
    }

    private static void drop(String name) throws IOException {
        var out = Files.createDirectories(folder.resolve("data/legacy/erp/out"));
        var whole = Files.writeString(
                out.resolve(name + ".tmp"), Files.readString(OrdersContract.SAMPLE, StandardCharsets.UTF_8));
        Files.move(whole, out.resolve(name));
    }
}
