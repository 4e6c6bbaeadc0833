// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.Database;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The routes that {@code src/bench} measures do their job: what is accepted is stored, once. */
@HubServices
class BenchJourney {

    private static final Path BENCH = Path.of("src/bench").toAbsolutePath();

    @TempDir
    static Path folder;

    private static Database database;
    private static HubProcess hub;
    private static HubClient client;

    @BeforeAll
    static void start() throws Exception {
        database = SharedNodes.postgres().newDatabase();
        hub = HubProcess.in(folder)
                .with("serai.routes.directory", BENCH.resolve("routes"))
                .with("spring.rabbitmq.addresses", SharedNodes.rabbit().newVhost())
                .with("spring.datasource.url", database.jdbcUrl())
                .with("spring.datasource.username", database.user())
                .with("spring.datasource.password", database.password())
                .start()
                .awaitReady();
        client = new HubClient(hub);
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var statement = connection.createStatement()) {
            statement.execute(Files.readString(BENCH.resolve("orders.sql")));
        }
    }

    @AfterAll
    static void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void ordersThatAreAcceptedAreStoredOnceAndAsTheyCame() throws Exception {
        var ids = IntStream.range(0, 100).mapToObj(i -> "bücher-" + i).toList();
        var posts = new ArrayList<Callable<Integer>>();
        // each twice, as by a client that did not hear the answer
        ids.forEach(id -> posts.addAll(List.of(() -> post(order(id)), () -> post(order(id)))));
        var clients = Executors.newFixedThreadPool(8);
        try {
            for (var answer : clients.invokeAll(posts)) {
                assertThat(answer.get()).isEqualTo(202);
            }
        } finally {
            clients.shutdownNow();
        }

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(new HashSet<>(select("SELECT id FROM bench_order")))
                        .containsExactlyInAnyOrderElementsOf(ids));
        assertThat(select("SELECT body ->> 'customer' FROM bench_order WHERE id = 'bücher-7'"))
                .containsExactly("Käse & Söhne");
    }

    @Test
    void orderThatDoesNotFitIsRefusedAndNamesWhat() throws Exception {
        var refused = client.send("POST", "/orders", order("x").replace("\"qty\":3", "\"qty\":0"));

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(json(refused).path("errors").path(0).path("name").asText()).contains("qty");
        assertThat(post("{\"id\":")).isEqualTo(400);
        assertThat(select("SELECT id FROM bench_order WHERE id = 'x'")).isEmpty();
    }

    private static int post(String order) throws Exception {
        return client.send("POST", "/orders", order).statusCode();
    }

    private static String order(String id) {
        return """
                {"id":"%s","customer":"Käse & Söhne","amount":12.5,"items":[{"sku":"A-1","qty":3}],"note":""}""".formatted(id);
    }

    private static List<String> select(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
                var rows = connection.createStatement().executeQuery(sql)) {
            var values = new ArrayList<String>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
