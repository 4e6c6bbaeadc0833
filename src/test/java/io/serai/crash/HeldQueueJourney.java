// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.serai.journey.HubClient;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A hub is killed while the queue of an ordered subscription is held back by an event that fails. */
@Tag("crash")
@HubServices
class HeldQueueJourney {

    private static final String SUBSCRIPTION = "in-order";
    private static final int BAD = 5;
    private static final int MANY = 40;
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);
    private static final long TAKE_OVER = TimeUnit.SECONDS.toNanos(10);

    private final AtomicBoolean broken = new AtomicBoolean(true);

    /** Each is killed at least once, and one of them is who holds the queue. */
    @Test
    void theOtherHubGoesOnHoldingItAndOrderHolds(@TempDir Path folder) throws Exception {
        var kills = 2 * Math.max(1, Settings.kills() / 5);
        var servers = SharedNodes.newProperties();
        try (var system = system();
                var one =
                        Hubs.in(folder.resolve("one"), servers, system).start().awaitReady();
                var two =
                        Hubs.in(folder.resolve("two"), servers, system).start().awaitReady()) {
            var hubs = List.of(one, two);
            var clients = List.of(new HubClient(one), new HubClient(two));
            publish(clients.get(0), 0, MANY);
            awaitTries(system, 2);
            var takeOvers = new ArrayList<Long>();
            for (int kill = 0; kill < kills; kill++) {
                var round = held(clients.get(0)).path("round").asInt();
                var victim = hubs.get(kill % 2);
                var survivor = clients.get((kill + 1) % 2);
                victim.kill9();
                var killed = System.nanoTime();
                var tries = tries(system);
                awaitTries(system, tries + 2);
                takeOvers.add(ofBad(system).get(tries).at() - killed);
                await().atMost(LONG_ENOUGH)
                        .untilAsserted(() ->
                                assertThat(held(survivor).path("round").asInt()).isGreaterThan(round));
                victim.start().awaitReady();
            }
            assertThat(taken(system)).isEqualTo(numbers(BAD));
            broken.set(false);

            awaitResolved(clients.get(0));
            await().atMost(LONG_ENOUGH).until(() -> taken(system).size() >= MANY);
            var failures = failures(clients.get(0));
            new Figures("held-queue-two-hubs")
                    .with("kills", kills)
                    .with("sent", MANY)
                    .with("delivered", system.heardBy(SUBSCRIPTION).ids().size())
                    .with("duplicates", system.heardBy(SUBSCRIPTION).duplicates())
                    .with("tries of what failed", tries(system))
                    .with("rounds counted", failures.get(0).path("round").asLong())
                    .with("kill to next try", takeOvers)
                    .keep();
            assertThat(taken(system)).isEqualTo(numbers(MANY));
            assertThat(failures).hasSize(1);
            // one that a kill cut short is tried again under the same number
            assertThat(tries(system))
                    .isBetween(
                            failures.get(0).path("round").asInt() + 1,
                            failures.get(0).path("round").asInt() + 1 + kills);
            assertThat(Figures.max(takeOvers)).isLessThan(TAKE_OVER);
        }
    }

    @Test
    void aRestartedHubGoesOnHoldingItAndAPersonsDecisionEndsIt(@TempDir Path folder) throws Exception {
        try (var system = system();
                var hub = Hubs.in(folder, Map.of(), system).start().awaitReady()) {
            var client = new HubClient(hub);
            publish(client, 0, MANY);
            awaitTries(system, 3);
            var round = held(client).path("round").asInt();

            hub.kill9();
            var tries = tries(system);
            hub.start().awaitReady();
            awaitTries(system, tries + 1);
            var after = held(client);
            assertThat(after.path("round").asInt()).isGreaterThanOrEqualTo(round);
            assertThat(taken(system)).isEqualTo(numbers(BAD));
            var discard = client.send(
                    "POST", "/api/jobs", """
                    {"kind":"discard","select":{"ids":["%s"]},"reason":"never"}
                    """.formatted(after.path("id").asText()));
            assertThat(discard.statusCode()).as(discard.body()).isEqualTo(202);
            // perhaps before the job has let it go, perhaps after
            hub.kill9();
            hub.start().awaitReady();

            var others = IntStream.range(0, MANY)
                    .filter(number -> number != BAD)
                    .boxed()
                    .toList();
            await().atMost(LONG_ENOUGH).until(() -> taken(system).size() >= others.size());
            assertThat(taken(system)).isEqualTo(others);
            assertThat(failures(client))
                    .singleElement()
                    .satisfies(failure ->
                            assertThat(failure.path("state").asText()).isEqualTo("DISCARDED"));
            new Figures("held-queue-restarted")
                    .with("kills", 2)
                    .with("sent", MANY)
                    .with("delivered", others.size())
                    .with("discarded", 1)
                    .with("tries of what failed", tries(system))
                    .keep();
        }
    }

    /** The hub has decided and acknowledged, and the broker never hears of it. */
    @Test
    void aDiscardedEventNeverRunsAgainThoughItsAcknowledgementIsLost(@TempDir Path folder) throws Exception {
        var kills = Math.max(1, Settings.kills() / 5);
        var servers = new HashMap<>(SharedNodes.newProperties());
        var address = URI.create(String.valueOf(servers.get("spring.rabbitmq.addresses")));
        try (var system = system();
                var broker = TcpProxy.to(address.getHost(), address.getPort())) {
            servers.put(
                    "spring.rabbitmq.addresses",
                    address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/"));
            system.answerBy(call -> call.id().endsWith("-" + BAD) ? OtherSystem.BROKEN : OtherSystem.TAKEN);
            try (var hub = Hubs.in(folder, servers, system).start().awaitReady()) {
                var client = new HubClient(hub);
                var runsAfter = 0L;
                for (int kill = 0; kill < kills; kill++) {
                    var prefix = "held" + kill + "-";
                    publish(client, prefix, 0, MANY);
                    var bad = prefix + BAD;
                    await().atMost(LONG_ENOUGH).until(() -> runs(system, bad) >= 2);
                    var held = failures(client).stream()
                            .filter(failure -> failure.path("state").asText().equals("RETRYING"))
                            .findFirst()
                            .orElseThrow();
                    broker.blackHole();
                    var discard = client.send(
                            "POST", "/api/jobs", """
                            {"kind":"discard","select":{"ids":["%s"]},"reason":"never"}
                            """.formatted(held.path("id").asText()));
                    assertThat(discard.statusCode()).as(discard.body()).isEqualTo(202);
                    await().atMost(LONG_ENOUGH)
                            .until(() -> client.get(
                                            "/api/failures/" + held.path("id").asText())
                                    .body()
                                    .contains("\"DISCARDED\""));
                    // the lane looks every half second at the latest, and acknowledges into nothing
                    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
                    var runs = runs(system, bad);
                    hub.kill9();
                    broker.cut();
                    broker.forward();
                    hub.start().awaitReady();
                    await().atMost(LONG_ENOUGH)
                            .until(() -> system.heardBy(SUBSCRIPTION).ids().contains(prefix + (MANY - 1)));
                    runsAfter += runs(system, bad) - runs;
                }
                new Figures("held-queue-discarded")
                        .with("kills", kills)
                        .with("sent", (long) kills * MANY)
                        .with("delivered", system.heardBy(SUBSCRIPTION).ids().size())
                        .with("discarded", kills)
                        .with("runs after the discard", runsAfter)
                        .keep();
                assertThat(runsAfter).isZero();
                assertThat(system.heardBy(SUBSCRIPTION).ids()).hasSize(kills * (MANY - 1));
            }
        }
    }

    private static long runs(OtherSystem system, String id) {
        return system.calls(SUBSCRIPTION).stream()
                .filter(call -> call.id().equals(id))
                .count();
    }

    private OtherSystem system() {
        var system = new OtherSystem();
        system.answerBy(call -> broken.get() && call.id().equals(id(BAD)) ? OtherSystem.BROKEN : OtherSystem.TAKEN);
        return system;
    }

    /** One after the other, of one subject. */
    private static void publish(HubClient hub, int from, int to) throws IOException {
        publish(hub, id(0).substring(0, id(0).length() - 1), from, to);
    }

    private static void publish(HubClient hub, String prefix, int from, int to) throws IOException {
        for (int number = from; number < to; number++) {
            var answer = hub.send(
                    "POST",
                    "/api/events",
                    "{}",
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    prefix + number,
                    "ce-source",
                    "/crash",
                    "ce-type",
                    "crash.ordered",
                    "ce-subject",
                    "one");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
    }

    private static String id(int number) {
        return "ordered-" + number;
    }

    private static int tries(OtherSystem system) {
        return ofBad(system).size();
    }

    private static List<OtherSystem.Call> ofBad(OtherSystem system) {
        return system.calls(SUBSCRIPTION).stream()
                .filter(call -> call.id().equals(id(BAD)))
                .toList();
    }

    private static void awaitTries(OtherSystem system, int count) {
        await().atMost(LONG_ENOUGH).until(() -> tries(system) >= count);
    }

    /** Numbers of the events that were taken, in the order in which each was for the first time. */
    private static List<Integer> taken(OtherSystem system) {
        return system.heardBy(SUBSCRIPTION).taken().stream()
                .map(call -> Integer.valueOf(call.id().substring(id(0).length() - 1)))
                .distinct()
                .toList();
    }

    private static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }

    private static List<JsonNode> failures(HubClient hub) throws IOException {
        return hub.items("/api/failures?subscription=" + SUBSCRIPTION);
    }

    private static JsonNode held(HubClient hub) throws IOException {
        var failures = failures(hub);
        assertThat(failures)
                .as(failures.stream().map(JsonNode::toString).collect(joining("\n")))
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure.path("state").asText()).isEqualTo("RETRYING");
                    assertThat(failure.path("held").asBoolean()).isTrue();
                });
        return failures.get(0);
    }

    private static void awaitResolved(HubClient hub) {
        await().atMost(LONG_ENOUGH)
                .ignoreExceptions()
                .until(() -> failures(hub).get(0).path("state").asText().equals("RESOLVED"));
    }
}
