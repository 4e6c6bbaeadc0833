// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ContinuationsTest {

    private static final long PATIENCE = Continuations.PATIENCE_MILLIS / Continuations.LOOK_MILLIS;

    @Test
    void whenAllStandThereAreSoonManyThreadsAndThenSlowlyMore() throws Exception {
        var begun = new AtomicInteger();
        var over = new CountDownLatch(1);
        try (var threads = new Continuations(2)) {
            for (int task = 0; task < 100; task++) {
                threads.execute(() -> {
                    begun.incrementAndGet();
                    awaitQuietly(over);
                });
            }
            await().until(() -> begun.get() == 2);

            look(threads, Continuations.MANY - 1);
            await().until(() -> begun.get() == 2 * Continuations.MANY);

            look(threads, PATIENCE - 1);
            assertThat(threads.most()).isEqualTo(2 * Continuations.MANY);
            look(threads, 1);
            await().until(() -> begun.get() == 2 * Continuations.MANY + 2);

            over.countDown();
            await().until(() -> begun.get() == 100);
            look(threads, 1);
            assertThat(threads.most()).isEqualTo(2);
        }
    }

    @Test
    void whileTheyGetOnThereAreFew() {
        var begun = new AtomicInteger();
        try (var threads = new Continuations(2)) {
            for (int round = 1; round <= 50; round++) {
                var sent = round;
                threads.execute(begun::incrementAndGet);
                await().until(() -> begun.get() == sent);
                look(threads, 1);
            }
            assertThat(threads.most()).isEqualTo(2);
        }
    }

    private static void look(Continuations threads, long times) {
        for (long time = 0; time < times; time++) {
            threads.look();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
