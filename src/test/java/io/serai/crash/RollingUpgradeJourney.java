// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.journey.HubClient;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/**
 * Hubs are replaced under load by those of this build, one after the other, and one goes back.
 *
 * <p>The version before is built of {@code -Dserai.crash.previous=REVISION} ({@code HEAD~1}), or is the jar or folder of
 * classes of {@code -Dprevious.jar}.
 */
@Tag("crash")
@HubServices
class RollingUpgradeJourney {

    @Test
    void hubsOfTheVersionBeforeAndOfThisShareTheWork(@TempDir Path folder) throws Exception {
        var rounds = Math.max(1, Settings.kills() / 10);
        var previous = PreviousBuild.find(folder.resolve("previous"));
        var classes = previous.classes();
        if (classes == null) {
            throw new TestAbortedException(previous.reason());
        }
        var servers = SharedNodes.newProperties();
        try (var system = new OtherSystem();
                var one = Hubs.in(folder.resolve("one"), servers, system);
                var two = Hubs.in(folder.resolve("two"), servers, system)) {
            var before = one.commandOf(classes);
            // a migration of the suite's own would stand behind those of the next version
            one.with("spring.flyway.locations", "classpath:db/migration");
            two.with("spring.flyway.locations", "classpath:db/migration");
            one.by(before).start().awaitReady();
            makeTable(servers);
            two.by(before).start().awaitReady();
            var clients = List.of(new HubClient(one), new HubClient(two));
            system.answerBy(call ->
                    call.subscription().equals("flaky") && call.at() % 3 == 0 ? OtherSystem.BROKEN : OtherSystem.TAKEN);
            var publishers = new Publishers(clients, "crash.event", "{\"n\":1}");
            var failing = new Publishers(clients, "crash.flaky", "{\"n\":1}");
            var users = new NewUsers(clients);
            new Load()
                    .with(4, 50, publishers::publish)
                    .with(2, 20, failing::publish)
                    .with(2, 10, users::create)
                    .during(() -> {
                        publishers.awaitAccepted(100);
                        for (int round = 0; round < rounds; round++) {
                            restart(one, new String[0]);
                            publishers.awaitAccepted(100);
                            // somebody goes back: the database has been migrated by then
                            restart(two, before);
                            publishers.awaitAccepted(100);
                            restart(one, before);
                            restart(two, new String[0]);
                            publishers.awaitAccepted(100);
                        }
                        restart(one, new String[0]);
                        publishers.awaitAccepted(100);
                    });
            var reached = new Reached(clients.get(0), system);
            var lost = reached.missing(publishers, users);
            var duplicates = system.heardBy("plain-one").duplicates()
                    + system.heardBy("plain-two").duplicates();
            var figures = new Figures("rolling-upgrade").with("replacements", 4L * rounds + 1);
            reached.add(figures, publishers, users, lost);
            figures.with("failing events (202)", failing.accepted().size())
                    .with(
                            "failures resolved",
                            clients.get(0).items("/api/failures?state=RESOLVED").size())
                    .keep();
            reached.assertNothingLostAndEffectsOnce(lost);
            assertThat(system.heardBy("flaky").ids()).containsAll(failing.accepted());
            assertThat(clients.get(0).items("/api/failures?state=DEAD")).isEmpty();
            assertThat(duplicates)
                    .as("beyond what the publishers sent twice")
                    .isLessThanOrEqualTo(2 * (publishers.unanswered() + publishers.refused()));
        }
    }

    private static void makeTable(Map<String, ?> servers) throws Exception {
        try (var database = DriverManager.getConnection(
                        String.valueOf(servers.get("spring.datasource.url")),
                        String.valueOf(servers.get("spring.datasource.username")),
                        String.valueOf(servers.get("spring.datasource.password")));
                var statement = database.createStatement()) {
            statement.execute(Files.readString(Path.of("src/test/resources/crash/migration/V9001__crash.sql")));
        }
    }

    private static void restart(HubProcess hub, String[] command) {
        hub.stop();
        hub.by(command).start().awaitReady();
    }
}
