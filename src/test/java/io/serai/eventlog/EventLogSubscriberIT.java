// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import static io.serai.eventlog.Samples.event;
import static io.serai.eventlog.Samples.events;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.message.EventPattern;
import io.serai.testing.HubInside;
import io.serai.testing.HubServices;
import io.serai.testing.PostgresNode;
import io.serai.testing.RabbitNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** From a publisher through RabbitMQ into the log on PostgreSQL. */
@HubServices
@Timeout(120)
class EventLogSubscriberIT {

    @Test
    void everyPublishedEventIsInTheLogOnce(RabbitNode rabbit, PostgresNode postgres, @TempDir Path home)
            throws Exception {
        var database = postgres.newDatabase();
        try (var hub = HubInside.start(List.of(
                "--server.port=0",
                "--serai.routes.directory=" + home,
                "--serai.embedded.data=" + home,
                "--spring.rabbitmq.addresses=" + rabbit.newVhost(),
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.user(),
                "--spring.datasource.password=" + database.password()))) {
            var publisher = hub.getBean(EventPublisher.class);
            await().atMost(Duration.ofSeconds(30)).until(publisher::isUp);
            var batch = events("a", 2000, "order.placed");
            batch.add(event("a7", "order.placed"));
            CompletableFuture.allOf(batch.stream().map(publisher::publish).toArray(CompletableFuture[]::new))
                    .join();

            var log = hub.getBean(LoggedEvents.class);
            await().atMost(Duration.ofSeconds(30)).until(() -> log.bounds().last() == 2000);
            assertThat(log.page(EventQuery.of(EventPattern.ALL), LogPosition.END, 1)
                            .items())
                    .singleElement()
                    .satisfies(newest -> assertThat(newest.extensions()).containsKey("correlationid"));
        }
    }
}
