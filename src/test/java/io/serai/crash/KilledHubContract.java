// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.journey.HubClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub is killed under load, again and again; on whatever broker and database. */
@Tag("crash")
abstract class KilledHubContract {

    abstract Map<String, String> servers();

    abstract String proof();

    @Test
    void whatWasAnsweredReachesEverySubscriptionAndHasItsEffectOnce(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        try (var system = new OtherSystem();
                var hub = Hubs.in(folder, servers(), system).start().awaitReady()) {
            var client = new HubClient(hub);
            var publishers = new Publishers(client, "crash.event");
            var users = new NewUsers(List.of(client));
            var recovery = new ArrayList<Long>();
            new Load()
                    .with(16, 200, publishers::publish)
                    .with(4, 20, users::create)
                    .during(() -> {
                        for (int kill = 0; kill < Settings.kills(); kill++) {
                            publishers.awaitAccepted(50);
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(3_000)));
                            hub.kill9();
                            var again = System.nanoTime();
                            hub.start();
                            publishers.awaitAccepted(1);
                            recovery.add(System.nanoTime() - again);
                        }
                        publishers.awaitAccepted(50);
                    });
            hub.awaitReady();
            var reached = new Reached(client, system);
            var lost = reached.missing(publishers, users);
            var figures = new Figures(proof()).with("kills", Settings.kills());
            reached.add(figures, publishers, users, lost);
            figures.with("start to first 202", recovery).keep();
            reached.assertNothingLostAndEffectsOnce(lost);
            assertThat(publishers.unanswered()).as("killed under load").isPositive();
        }
    }
}
