// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.Database;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.net.URI;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("long")
@HubServices
class ServersOrdersJourney extends OrdersContract {

    private final URI broker = SharedNodes.rabbit().newVhost();
    private final TcpProxy rabbit = TcpProxy.to(broker.getHost(), broker.getPort());
    private final Database tables = SharedNodes.postgres().newDatabase();
    private final URI address = URI.create(tables.jdbcUrl().substring("jdbc:".length()));
    private final TcpProxy database = TcpProxy.to(address.getHost(), address.getPort());

    @Override
    Map<String, String> servers() {
        return Map.of(
                "spring.rabbitmq.addresses",
                through(rabbit, broker.toString(), broker),
                "spring.datasource.url",
                through(database, tables.jdbcUrl(), address),
                // as in production
                "spring.datasource.hikari.data-source-properties.reWriteBatchedInserts",
                "true",
                "spring.datasource.username",
                tables.user(),
                "spring.datasource.password",
                tables.password());
    }

    @Override
    URI broker() {
        return broker;
    }

    @AfterAll
    void closeProxies() {
        rabbit.close();
        database.close();
    }

    @Test
    @Order(7)
    void whileTheBrokerIsAwayAFileIsTakenAndItsOrdersArePublishedWhenItIsBack() throws Exception {
        var placed = client.events("type=order.placed").size();
        var parked = Parked.all(broker).size();
        rabbit.refuse();
        drop("unpublished.csv", renumbered(sampleTimes(1), "538"));
        awaitDone("unpublished.csv");
        assertThat(client.events("type=order.placed")).hasSize(placed);

        rabbit.forward();

        awaitEvents("order.placed", placed + PLACED);
        awaitParked(parked + 1);
    }

    @Test
    @Order(8)
    void whileTheDatabaseIsAwayAFileThatWasBegunWaits() throws Exception {
        var placed = client.events("type=order.placed").size();
        var parked = Parked.all(broker).size();
        var file = drop("cut.csv", renumbered(sampleTimes(20), "537"));
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> client.events("type=order.placed&subject=537365-1").size() == 1);

        database.refuse();
        assertThat(file).as("it was cut in mid-file").exists();
        await().atMost(Duration.ofSeconds(20))
                .until(() -> hub.output().contains("database refuses, the file waits route=receive-order-file"));
        await().during(Duration.ofSeconds(3)).until(() -> Files.exists(file));
        database.forward();

        awaitDone("cut.csv", Duration.ofMinutes(2));
        awaitEvents("order.placed", placed + 20 * PLACED);
        awaitParked(parked + 20);
        assertThat(client.events("type=file.arrived&subject=cut.csv")).hasSize(1);
        assertThat(folder.resolve("data/legacy/erp/out/.failed/cut.csv")).doesNotExist();
    }

    private static String renumbered(String sample, String beginning) {
        return sample.replaceAll("(?m)^(C?)536", "$1" + beginning);
    }

    private static String through(TcpProxy proxy, String url, URI address) {
        return url.replace(":" + address.getPort() + "/", ":" + proxy.port() + "/");
    }
}
