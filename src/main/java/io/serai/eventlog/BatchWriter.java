// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.serai.message.Event;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores batches and settles each of their events: stored, or refused by the database for itself.
 *
 * <p>While the database is away it holds the batch and tries again, after 100 ms and then ever later, up to 2 s, until it
 * works, the hub has stopped, or the broker has taken the batch back; then it is left unsettled, to be delivered again. A batch with an event that the
 * database refuses is halved until that one stands alone.
 */
final class BatchWriter {

    private static final Logger LOG = LoggerFactory.getLogger(BatchWriter.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

    private final EventLog log;
    private final LogHead head;
    private final Counter stored;
    private final Timer appends;
    private final CountDownLatch closed = new CountDownLatch(1);

    BatchWriter(EventLog log, LogHead head, MeterRegistry meters) {
        this.log = log;
        this.head = head;
        this.stored = Counter.builder("serai.eventlog.stored")
                .description("Events stored in the log, each once")
                .register(meters);
        this.appends = Timer.builder("serai.eventlog.append")
                .description("Transactions that store a batch in the log")
                .register(meters);
    }

    /** Blocks until every event of the batch is settled, is no longer wanted, or {@link #close} is called. */
    void write(List<Incoming> batch) {
        try {
            if (isAppended(batch)) {
                batch.forEach(each -> each.done().run());
            }
        } catch (RuntimeException refused) {
            if (batch.size() == 1) {
                batch.get(0).refused().accept(refused);
                return;
            }
            var half = batch.size() / 2;
            write(batch.subList(0, half));
            write(batch.subList(half, batch.size()));
        }
    }

    /** Gives up what waits for the database. */
    void close() {
        closed.countDown();
    }

    private boolean isAppended(List<Incoming> batch) {
        var events = batch.stream().map(Incoming::event).toList();
        for (var pause = FIRST_PAUSE; ; pause = longer(pause)) {
            try {
                append(events);
                return true;
            } catch (RuntimeException failure) {
                if (Refusal.isOfTheRow(failure)) {
                    throw failure;
                }
                LOG.warn(
                        "storing events: database cannot serve, trying again events={} pauseMillis={} cause={}",
                        events.size(),
                        pause.toMillis(),
                        failure.getMessage());
            }
            if (isClosedWithin(pause) || !batch.get(0).wanted().getAsBoolean()) {
                return false;
            }
        }
    }

    private void append(List<Event> events) {
        var start = Timer.start();
        var appended = log.append(events);
        start.stop(appends);
        stored.increment(appended.stored());
        head.advance(appended.last());
    }

    private static Duration longer(Duration pause) {
        var twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
    }

    private boolean isClosedWithin(Duration pause) {
        try {
            return closed.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /**
     * An event waiting to be stored.
     *
     * @param done called when it is in the log
     * @param refused called with the cause where the log can never hold it
     * @param wanted false once it comes again, so that it need not be waited for
     */
    record Incoming(Event event, Runnable done, Consumer<Throwable> refused, BooleanSupplier wanted) {}
}
