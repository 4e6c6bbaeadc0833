// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.Channel;
import io.serai.bus.suspect.Suspects;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;

/**
 * Collects deliveries into batches on a thread of its own and acknowledges each batch at once.
 *
 * <p>The buffer is bounded by the prefetch. Spring's consumer batching ends a batch at the first gap, so it cannot say
 * "100 or 5 s"; this does.
 */
final class BatchLane extends Lane {

    /** Of bodies; a batch that has reached it is full. */
    private static final long MAX_BYTES = 16L * 1024 * 1024;

    private final BatchSize size;
    private final Consumer<List<Delivery>> handler;
    private final ConcurrentLinkedQueue<Long> doneTags = new ConcurrentLinkedQueue<>();

    BatchLane(
            Channel channel,
            Subscription subscription,
            Parking parking,
            Hold hold,
            Suspects suspects,
            Tally tally,
            Lock turn,
            Runnable onLost,
            BatchSize size,
            Consumer<List<Delivery>> handler) {
        super(
                channel,
                subscription,
                Math.max(subscription.prefetch(), 2 * size.size()),
                parking,
                hold,
                suspects,
                tally,
                turn,
                onLost);
        this.size = size;
        this.handler = handler;
    }

    @Override
    void done(long tag) {
        doneTags.add(tag);
    }

    @Override
    void beforeWait() {
        acknowledge();
    }

    @Override
    void work() throws InterruptedException {
        while (isOpen()) {
            var batch = collect();
            // once the channel is closed the broker delivers all this again, on another one
            if (!batch.isEmpty() && isOpen()) {
                handle(batch);
                acknowledge();
            }
        }
    }

    private List<Delivery> collect() throws InterruptedException {
        var batch = new ArrayList<Delivery>(size.size());
        var first = next(Long.MAX_VALUE);
        if (first == null) {
            return batch;
        }
        batch.add(first);
        long bytes = first.event().data().length;
        var deadline = System.nanoTime() + size.timeout().toNanos();
        while (!first.isOnTrial() && !isSuspectNext() && batch.size() < size.size() && bytes < MAX_BYTES) {
            var next = next(0);
            if (next == null) {
                var left = deadline - System.nanoTime();
                if (left <= 0 || isHeld() || !isOpen()) {
                    break;
                }
                next = next(left);
            }
            if (next != null) {
                batch.add(next);
                bytes += next.event().data().length;
            }
        }
        return batch;
    }

    private void handle(List<Delivery> batch) {
        try {
            handler.accept(List.copyOf(batch));
        } catch (Throwable thrown) {
            // an error too: it would end this thread, and with it the reading
            batch.forEach(delivery -> delivery.failed(thrown));
        }
        if (!isOpen()) {
            // the broker delivers again what is undecided
            return;
        }
        batch.stream()
                .filter(delivery -> !delivery.isSettled())
                .forEach(delivery -> delivery.failed(new IllegalStateException("the batch handler left it undecided")));
    }

    /** One acknowledgement for all, unless one before the last is still on its way to the failures. */
    private void acknowledge() {
        var allAtOnce = nothingParked();
        long last = 0;
        int count = 0;
        for (var tag = doneTags.poll(); tag != null; tag = doneTags.poll()) {
            last = Math.max(last, tag);
            count++;
            if (!allAtOnce) {
                acknowledge(tag, false);
            }
        }
        if (allAtOnce && count > 0) {
            acknowledge(last, true);
        }
        finished(count);
    }
}
