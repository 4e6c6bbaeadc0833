// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** PostgreSQL may only be read for a while, under load, as where a failover has led to a standby. */
@Tag("crash")
@HubServices
class ReadOnlyDatabaseJourney {

    private static final String ADA = "{\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\"}";
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(1);

    @Test
    void eventsWaitCallersAreToldAndWorkGoesOnWithoutAnyFailure(@TempDir Path folder) throws Exception {
        var node = SharedNodes.postgres();
        var database = node.newDatabase();
        var servers = Map.of(
                "spring.rabbitmq.addresses", SharedNodes.rabbit().newVhost().toString(),
                "spring.datasource.url", database.jdbcUrl(),
                "spring.datasource.username", database.user(),
                "spring.datasource.password", database.password());
        try (var system = new OtherSystem();
                var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
            var client = new HubClient(hub);
            var publishers = new Publishers(client, "crash.event");
            var users = new NewUsers(List.of(client));
            var outage = Settings.outage().dividedBy(4);
            var keyed = new int[1];
            var back = new long[1];
            new Load()
                    .with(8, 100, publishers::publish)
                    .with(4, 20, users::create)
                    .during(() -> {
                        publishers.awaitAccepted(50);
                        node.makeReadOnly(database);
                        await().atMost(LONG_ENOUGH)
                                .until(() ->
                                        client.get("/actuator/health/readiness").statusCode() == 503);
                        keyed[0] = client.send("POST", "/api/users", ADA, "Idempotency-Key", "read-only")
                                .statusCode();
                        // events go on to be taken, and wait
                        await().during(outage).atMost(outage.plus(LONG_ENOUGH)).until(hub::isAlive);
                        node.makeWritable(database);
                        back[0] = System.nanoTime();
                        var before = users.created().size();
                        await().atMost(LONG_ENOUGH)
                                .pollInterval(Duration.ofMillis(10))
                                .until(() -> users.created().size() > before);
                        back[0] = System.nanoTime() - back[0];
                        await().atMost(LONG_ENOUGH)
                                .until(() ->
                                        client.get("/actuator/health/readiness").statusCode() == 200);
                    });
            var reached = new Reached(client, system);
            var lost = reached.missing(publishers, users);
            var failures = client.items("/api/failures?");
            var figures = new Figures("database-read-only").with("read-only for, seconds", outage.toSeconds());
            reached.add(figures, publishers, users, lost);
            figures.with("users refused (503)", users.refused().getOrDefault(503, 0L))
                    .with("failures", failures.size())
                    .with("writable to first user", List.of(back[0]))
                    .keep();
            reached.assertNothingLostAndEffectsOnce(lost);
            assertThat(failures).isEmpty();
            assertThat(keyed[0]).isEqualTo(503);
            assertThat(users.refused().keySet()).as(users.examples().toString()).isSubsetOf(503);
            assertThat(hub.output()).doesNotContain(" ERROR ");
        }
    }
}
