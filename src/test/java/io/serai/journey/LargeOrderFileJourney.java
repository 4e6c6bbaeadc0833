// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A file of a million lines goes through a hub with 256 MB of heap.
 *
 * <p>Takes minutes: {@code ./mvnw verify -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false
 * -Dit.test=LargeOrderFileJourney -Dserai.test.orders.lines=1000000}.
 */
@HubServices
@EnabledIfSystemProperty(named = "serai.test.orders.lines", matches = "\\d+")
class LargeOrderFileJourney {

    private static final int LINES_OF_SAMPLE = 1071;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"embedded", "servers"})
    void aLargeFileNeedsLittleMemory(String where) throws Exception {
        var times = 1 + (Integer.getInteger("serai.test.orders.lines") - 1) / LINES_OF_SAMPLE;
        var servers = where.equals("servers") ? SharedNodes.newProperties() : Map.<String, String>of();
        try (var hub = HubProcess.in(folder)
                .with(servers)
                .jvm("-Xmx256m", "-XX:TieredStopAtLevel=4")
                .start()
                .awaitReady()) {
            var client = new HubClient(hub);
            var out = Files.createDirectories(folder.resolve("data/legacy/erp/out"));
            var whole = Files.writeString(out.resolve("large.tmp"), OrdersContract.sampleTimes(times));
            var dropped = System.nanoTime();
            Files.move(whole, out.resolve("large.csv"));
            var heap = new AtomicLong();
            await().atMost(Duration.ofMinutes(30))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        heap.accumulateAndGet(meter(client, "jvm.memory.used?tag=area:heap"), Math::max);
                        return Files.exists(out.resolve(".done/large.csv"));
                    });
            print(where + ": read", times, dropped);
            var orders = (OrdersContract.PLACED + OrdersContract.CANCELLED) * times;
            await().atMost(Duration.ofMinutes(30))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> json(client.get("/api/orders?limit=1"))
                                    .path("items")
                                    .path(0)
                                    .path("position")
                                    .asLong()
                            >= orders);
            print(where + ": stored", times, dropped);
            // a position that was rolled back is a gap
            await().atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofSeconds(2))
                    .untilAsserted(
                            () -> assertThat(OrdersContract.orders(client, 500)).hasSize(orders));
            System.out.printf("%s: heap at most %d MB%n", where, heap.get() >> 20);

            assertThat(hub.isAlive()).isTrue();
            assertThat(meter(client, "serai.orders.lines")).isEqualTo(times * LINES_OF_SAMPLE + 1);
            assertThat(heap.get()).isLessThanOrEqualTo(256L << 20);
        }
    }

    private static long meter(HubClient client, String name) throws IOException {
        return json(client.get("/actuator/metrics/" + name))
                .path("measurements")
                .path(0)
                .path("value")
                .asLong();
    }

    private static void print(String what, int times, long since) {
        var seconds = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since) / 1000.0;
        System.out.printf(
                "%s %d lines in %.1f s: %.0f lines/s%n",
                what, times * LINES_OF_SAMPLE, seconds, times * LINES_OF_SAMPLE / seconds);
    }
}
