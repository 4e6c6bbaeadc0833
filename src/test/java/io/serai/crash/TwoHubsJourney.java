// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hubs share a broker and a database, and one of them is killed. */
@Tag("crash")
@HubServices
class TwoHubsJourney {

    private static final long TAKE_OVER = TimeUnit.SECONDS.toNanos(10);
    /** The policy's pause before a retry, with its jitter: not the take-over's. */
    private static final long DUE = TimeUnit.MILLISECONDS.toNanos(600);

    /** Work that took from one time to another, {@link System#nanoTime()}. */
    private record Span(long begin, long end) {}

    @Test
    void theOtherHubTakesOver(@TempDir Path folder) throws Exception {
        var random = Settings.random();
        var servers = SharedNodes.newProperties();
        try (var system = new OtherSystem()) {
            var known = ConcurrentHashMap.<String>newKeySet();
            system.answerBy(call -> call.subscription().equals("flaky") && known.add(call.id())
                    ? OtherSystem.BROKEN
                    : OtherSystem.TAKEN);
            try (var one = Hubs.in(folder.resolve("one"), servers, system)
                            .start()
                            .awaitReady();
                    var two = Hubs.in(folder.resolve("two"), servers, system)
                            .start()
                            .awaitReady()) {
                var hubs = List.of(one, two);
                var clients = List.of(new HubClient(one), new HubClient(two));
                var publishers = new Publishers(clients, "crash.event", "{}");
                var failing = new Publishers(clients, "crash.flaky", "{}");
                var users = new NewUsers(clients);
                var kills = new ArrayList<Long>();
                new Load()
                        .with(8, 100, publishers::publish)
                        .with(4, 40, failing::publish)
                        .with(4, 20, users::create)
                        .during(() -> {
                            for (int kill = 0; kill < Settings.kills(); kill++) {
                                publishers.awaitAccepted(50);
                                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(3_000)));
                                var victim = hubs.get(random.nextInt(2));
                                kills.add(System.nanoTime());
                                victim.kill9();
                                publishers.awaitAccepted(50);
                                victim.start().awaitReady();
                            }
                        });
                var reached = new Reached(clients.get(0), system);
                var lost = reached.missing(publishers, users);
                var retried = system.heardBy("flaky");
                await().atMost(Duration.ofMinutes(2))
                        .pollInterval(Duration.ofSeconds(1))
                        .until(() -> retried.ids().containsAll(failing.accepted())
                                && clients.get(0)
                                        .items("/api/failures?state=RETRYING")
                                        .isEmpty());
                var failures = clients.get(0).items("/api/failures?");
                var relay = takeOvers(kills, relayed(users, system), 0);
                var scheduler = takeOvers(kills, retried(retried), DUE);
                var figures = new Figures("two-hubs").with("kills", Settings.kills());
                reached.add(figures, publishers, users, lost);
                figures.with("retried", retried.ids().size())
                        .with("told twice of these", retried.duplicates())
                        .with(
                                "counted as duplicates",
                                failures.stream()
                                        .mapToLong(
                                                each -> each.path("duplicates").asLong())
                                        .sum())
                        .with("take-over of the relay", relay)
                        .with("of the retries", scheduler)
                        .keep();
                reached.assertNothingLostAndEffectsOnce(lost);
                assertThat(failures)
                        .extracting(failure -> failure.path("state").asText())
                        .containsOnly("RESOLVED");
                assertThat(failures)
                        .extracting(failure -> failure.path("eventId").asText())
                        .doesNotHaveDuplicates();
                assertThat(Figures.max(relay)).isLessThan(TAKE_OVER);
                assertThat(Figures.max(scheduler)).isLessThan(TAKE_OVER);
            }
        }
    }

    /**
     * The hub dies when the broker has the retry and the database does not yet know: a trigger holds up what notes it. The
     * subscriber holds on to the message, so that it is not resolved before the claim is over.
     */
    @Test
    void aRetrySentTwiceCarriesTheSameIdAndIsCounted(@TempDir Path folder) throws Exception {
        var servers = SharedNodes.newProperties();
        var released = new CountDownLatch(1);
        try (var system = new OtherSystem();
                var hub = Hubs.in(folder, servers, system).start().awaitReady();
                var database = DriverManager.getConnection(
                        servers.get("spring.datasource.url"),
                        servers.get("spring.datasource.username"),
                        servers.get("spring.datasource.password"));
                var sql = database.createStatement()) {
            var client = new HubClient(hub);
            sql.execute("""
                    CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF NEW.sent_at IS DISTINCT FROM OLD.sent_at THEN PERFORM pg_advisory_xact_lock_shared(1); END IF;
                        RETURN NEW;
                    END $$""");
            sql.execute("CREATE TRIGGER hold_up BEFORE UPDATE ON failure FOR EACH ROW EXECUTE FUNCTION hold_up()");
            sql.execute("SELECT pg_advisory_lock(1)");
            system.answerBy(call -> {
                if (system.calls("flaky").size() == 1) {
                    return OtherSystem.BROKEN;
                }
                awaitRelease(released);
                return OtherSystem.TAKEN;
            });
            new Publishers(client, "crash.flaky").publish();
            awaitCalls(system, 2);
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                try (var waiting =
                        sql.executeQuery("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")) {
                    return waiting.next();
                }
            });

            hub.kill9();
            // else the server does what the dead hub has asked for before it sees that nobody is there
            sql.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
            sql.execute("SELECT pg_advisory_unlock(1)");
            var again = System.nanoTime();
            hub.start();

            // the delivery that was under way, and the retry sent again when the claim of the dead hub is over
            awaitCalls(system, 4);
            var took = System.nanoTime() - again;
            released.countDown();
            hub.awaitReady();
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(client.items("/api/failures?"))
                            .singleElement()
                            .satisfies(failure -> {
                                assertThat(failure.path("state").asText()).isEqualTo("RESOLVED");
                                assertThat(failure.path("duplicates").asInt()).isEqualTo(1);
                            }));
            assertThat(system.calls("flaky"))
                    .hasSize(4)
                    .extracting(OtherSystem.Call::id)
                    .containsOnly("crash.flaky-0");
            new Figures("retry-sent-twice")
                    .with("sent", 2)
                    .with("counted as duplicates", 1)
                    .with("lost", 0)
                    .with("restart to second sending", List.of(took))
                    .keep();
        }
    }

    private static void awaitCalls(OtherSystem system, int count) {
        await().atMost(Duration.ofMinutes(2)).until(() -> system.calls("flaky").size() >= count);
    }

    private static void awaitRelease(CountDownLatch released) {
        try {
            released.await();
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** From the answer 201 to the first subscriber that hears of it: what the relay takes. */
    private static List<Span> relayed(NewUsers users, OtherSystem system) {
        Map<String, Long> heard = new HashMap<>();
        system.heardBy("new-users").taken().forEach(call -> heard.merge(call.subject(), call.at(), Math::min));
        var spans = new ArrayList<Span>();
        users.created().forEach((id, at) -> spans.add(new Span(at, heard.getOrDefault(id, at))));
        return spans;
    }

    /** From the refusal to the call that was taken. */
    private static List<Span> retried(OtherSystem.Heard calls) {
        Map<String, Long> taken = new HashMap<>();
        calls.taken().forEach(call -> taken.merge(call.id(), call.at(), Math::min));
        return calls.refused().stream()
                .map(call -> new Span(call.at(), taken.getOrDefault(call.id(), call.at())))
                .toList();
    }

    /** For each kill, how long after it the last of the work was done that it found or that came within the next ten seconds. */
    private static List<Long> takeOvers(List<Long> kills, List<Span> spans, long due) {
        return kills.stream()
                .map(kill -> spans.stream()
                        .filter(span -> span.begin() < kill + TAKE_OVER && span.end() > kill)
                        .mapToLong(span -> span.end() - Math.max(span.begin(), kill) - due)
                        .max()
                        .orElse(0))
                .map(took -> Math.max(0, took))
                .toList();
    }
}
