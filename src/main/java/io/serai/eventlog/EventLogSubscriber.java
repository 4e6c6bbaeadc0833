// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.bus.BatchSize;
import io.serai.bus.Delivery;
import io.serai.bus.Registration;
import io.serai.bus.Subscription;
import io.serai.bus.Subscriptions;
import io.serai.message.EventPattern;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Subscribes the log to every event, as {@code event-log}; one subscriber like any other, in batches. */
final class EventLogSubscriber implements SmartLifecycle {

    private static final String NAME = "event-log";

    private final Subscriptions subscriptions;
    private final BatchWriter writer;
    private final EventLogProperties properties;
    private @Nullable Registration registration;

    EventLogSubscriber(Subscriptions subscriptions, BatchWriter writer, EventLogProperties properties) {
        this.subscriptions = subscriptions;
        this.writer = writer;
        this.properties = properties;
    }

    @Override
    public synchronized void start() {
        // one batch being stored, one being collected
        var everything = Subscription.of(NAME, 2 * properties.batchSize(), EventPattern.ALL);
        var batches = new BatchSize(properties.batchSize(), properties.batchTimeout());
        registration = subscriptions.subscribeInBatches(everything, batches, this::write);
    }

    @Override
    public synchronized void stop() {
        if (registration != null) {
            // what waits for the database goes back to the queue, which must not be waited for
            writer.close();
            registration.stop();
            registration = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    private void write(List<Delivery> batch) {
        writer.write(batch.stream()
                .map(each -> new BatchWriter.Incoming(each.event(), each::done, each::failed, each::mayWait))
                .toList());
        // stopped before the database came back
        batch.forEach(Delivery::giveBack);
    }
}
