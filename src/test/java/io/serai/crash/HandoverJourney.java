// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.journey.HubClient;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Routes are edited and hubs stop in order while two of them share an ordered subscription. */
@Tag("crash")
@HubServices
class HandoverJourney {

    private static final String SUBSCRIPTION = "in-order";
    private static final Duration LONG_ENOUGH = Duration.ofMinutes(3);
    /** Of an ordered subscription's consumer; the backlog is larger. */
    private static final int PREFETCH = 5;

    private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int BAD = 30;

    private final AtomicInteger atWork = new AtomicInteger();
    private final AtomicInteger mostAtWork = new AtomicInteger();
    private final AtomicBoolean broken = new AtomicBoolean(true);

    @Test
    void orderHoldsWhileRoutesAreEditedAndHubsStop(@TempDir Path folder) throws Exception {
        var handovers = 2 * Math.max(1, Settings.kills() / 5);
        var servers = SharedNodes.newProperties();
        try (var system = new OtherSystem()) {
            system.answerBy(this::work);
            try (var one = Hubs.in(folder.resolve("one"), servers, system);
                    var two = Hubs.in(folder.resolve("two"), servers, system)) {
                var hubs = List.of(one, two);
                var routes = List.of(folder.resolve("one"), folder.resolve("two"));
                for (int hub = 0; hub < 2; hub++) {
                    edit(routes.get(hub), "retry: stubborn", "retry: stubborn\n        prefetch: " + PREFETCH);
                    hubs.get(hub).start().awaitReady();
                }
                var sent = new AtomicInteger();
                for (int round = 0; round < handovers; round++) {
                    handOver(hubs, routes, round, sent, system);
                }
                var held = system.calls(SUBSCRIPTION).stream()
                        .filter(call -> call.id().equals(id(BAD)))
                        .count();
                broken.set(false);
                await().atMost(LONG_ENOUGH).until(() -> taken(system).size() >= sent.get());
                var heard = system.heardBy(SUBSCRIPTION);
                new Figures("ordered-handover")
                        .with("edits", handovers)
                        .with("stops", handovers)
                        .with("sent", sent.get())
                        .with("delivered", heard.ids().size())
                        .with("duplicates", heard.duplicates())
                        .with("tries of what held the queue", held)
                        .with("at work at once, at most", mostAtWork.get())
                        .keep();
                assertThat(held).isPositive();
                assertThat(taken(system))
                        .isEqualTo(IntStream.range(0, sent.get()).boxed().toList());
                assertThat(heard.duplicates()).isZero();
                assertThat(mostAtWork).hasValue(1);
            }
        }
    }

    /** Edits each hub's route under a backlog, then restarts one of them; which hub reads is not known. */
    private static void handOver(
            List<HubProcess> hubs, List<Path> routes, int round, AtomicInteger sent, OtherSystem system)
            throws IOException {
        var before = system.calls(SUBSCRIPTION).size();
        publish(new HubClient(hubs.get(0)), sent.getAndAdd(4 * PREFETCH), 4 * PREFETCH);
        await().atMost(LONG_ENOUGH).until(() -> system.calls(SUBSCRIPTION).size() > before);
        for (var each : routes) {
            edit(each, "id: in-order\n", "id: in-order\n    description: round " + round + "\n");
            var printed = hubs.get(routes.indexOf(each)).output().length();
            await().atMost(LONG_ENOUGH)
                    .until(() -> hubs.get(routes.indexOf(each))
                            .output()
                            .substring(printed)
                            .contains("started [in-order]"));
        }
        publish(new HubClient(hubs.get(0)), sent.getAndAdd(4 * PREFETCH), 4 * PREFETCH);
        var stopped = hubs.get(round % 2);
        stopped.stop();
        stopped.start().awaitReady();
    }

    private int work(OtherSystem.Call call) {
        if (!call.subscription().equals(SUBSCRIPTION)) {
            return OtherSystem.TAKEN;
        }
        mostAtWork.accumulateAndGet(atWork.incrementAndGet(), Math::max);
        try {
            LockSupport.parkNanos(WORK_NANOS);
            return broken.get() && call.id().equals(id(BAD)) ? OtherSystem.BROKEN : OtherSystem.TAKEN;
        } finally {
            atWork.decrementAndGet();
        }
    }

    private static void edit(Path hub, String from, String to) throws IOException {
        var file = hub.resolve("routes/crash/subscribers.camel.yaml");
        var text = Files.readString(file).replaceAll("    description: round [0-9]+\n", "");
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static void publish(HubClient hub, int from, int count) throws IOException {
        for (int number = from; number < from + count; number++) {
            var answer = hub.send(
                    "POST",
                    "/api/events",
                    "{}",
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    id(number),
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

    /** Numbers of the events that were taken, in the order in which each was for the first time. */
    private static List<Integer> taken(OtherSystem system) {
        return system.heardBy(SUBSCRIPTION).taken().stream()
                .map(call -> Integer.valueOf(call.id().substring("ordered-".length())))
                .distinct()
                .toList();
    }
}
