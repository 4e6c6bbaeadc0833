// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.RabbitNode;
import io.serai.testing.SharedNodes;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are no event, and events over the broker's limit, come into the outbox under load, and the hub is killed. */
@Tag("crash")
@HubServices
class OutboxRowsJourney {

    private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);
    private static final int BROKERS_LIMIT = 200_000;

    private static final String INSERT = """
            INSERT INTO outbox (id, source, type, subject, time, datacontenttype, extensions, data)
            VALUES (?, '/crash', ?, ?, CURRENT_TIMESTAMP, 'application/json', ?, ?)""";

    @Test
    void whatCannotBePublishedHoldsUpNothingWheneverTheHubIsKilled(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        var kills = Math.max(1, Settings.kills() / 5);
        var servers = new HashMap<>(SharedNodes.newProperties());
        try (var rabbit = RabbitNode.startPrivate("max_message_size = " + BROKERS_LIMIT + "\n");
                var system = new OtherSystem();
                var database = DriverManager.getConnection(
                        String.valueOf(servers.get("spring.datasource.url")),
                        String.valueOf(servers.get("spring.datasource.username")),
                        String.valueOf(servers.get("spring.datasource.password")))) {
            servers.put("spring.rabbitmq.addresses", rabbit.uri().toString());
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var publishers = new Publishers(client, "crash.event");
                var users = new NewUsers(List.of(client));
                var number = new int[1];
                new Load()
                        .with(4, 50, publishers::publish)
                        .with(4, 40, users::create)
                        .during(() -> {
                            for (int kill = 0; kill < kills; kill++) {
                                for (int row = 0; row < 5; row++) {
                                    var subject = "subject-" + number[0];
                                    // each is of a subject of its own, and the next of that subject is good
                                    insert(database, "unreadable-" + number[0], "no type", subject, "{}", 10);
                                    insert(database, "damaged-" + number[0], "crash.row", subject, "{", 10);
                                    insert(
                                            database,
                                            "large-" + number[0],
                                            "crash.row",
                                            subject,
                                            "{}",
                                            2 * BROKERS_LIMIT);
                                    insert(database, "good-" + number[0], "crash.row", subject, "{}", 10);
                                    number[0]++;
                                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(200)));
                                }
                                hub.kill9();
                                hub.start().awaitReady();
                                publishers.awaitAccepted(50);
                            }
                        });
                var reached = new Reached(client, system);
                var lost = reached.missing(publishers, users);
                await().atMost(LONG_ENOUGH).ignoreExceptions().until(() -> good(client) == number[0]);
                await().atMost(LONG_ENOUGH)
                        .ignoreExceptions()
                        .until(() -> dead(client).size() >= 2 * number[0]);
                var refused = rows(database, "refused IS NOT NULL");
                var figures = new Figures("outbox-rows").with("kills", kills).with("rows of each kind", number[0]);
                reached.add(figures, publishers, users, lost);
                figures.with("good ones behind them, in the log", good(client))
                        .with("dead failures of them", dead(client).size())
                        .with("over the broker's limit, kept and left out", refused)
                        .with("other rows in the outbox", rows(database, "refused IS NULL"))
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(dead(client)).doesNotHaveDuplicates().hasSize(2 * number[0]);
                assertThat(refused).isEqualTo(number[0]);
                assertThat(rows(database, "refused IS NULL")).isZero();
                await().atMost(LONG_ENOUGH)
                        .untilAsserted(() ->
                                assertThat(client.get("/api/warnings").body()).contains("OUTBOX_ROW_REFUSED"));
            }
        }
    }

    private static long good(HubClient client) throws Exception {
        return client.events("type=crash.row").stream()
                .filter(event -> event.path("id").asText().startsWith("good-"))
                .count();
    }

    /** Ids of those that are set aside, with repetitions. */
    private static List<String> dead(HubClient client) throws Exception {
        return client.items("/api/failures?state=DEAD").stream()
                .map(failure -> failure.path("eventId").asText())
                .filter(id -> id.startsWith("unreadable-") || id.startsWith("damaged-"))
                .toList();
    }

    private static void insert(
            Connection database, String id, String type, String subject, String extensions, int bytes)
            throws SQLException {
        try (var row = database.prepareStatement(INSERT)) {
            row.setString(1, id);
            row.setString(2, type);
            row.setString(3, subject);
            row.setString(4, extensions);
            row.setBytes(5, ("\"" + "x".repeat(bytes) + "\"").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            row.executeUpdate();
        }
    }

    private static long rows(Connection database, String which) throws SQLException {
        try (var count = database.createStatement();
                var found = count.executeQuery("SELECT COUNT(*) FROM outbox WHERE " + which)) {
            found.next();
            return found.getLong(1);
        }
    }
}
