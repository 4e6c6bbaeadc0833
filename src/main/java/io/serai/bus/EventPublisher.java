// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Event;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Publishes events to the topic exchange, persistent and confirmed (Publish-Subscribe Channel). Thread-safe. */
public final class EventPublisher {

    private final Publishing publishing;
    private final Duration patience;
    private final long maxBody;
    private final Tally tally;
    private final Counter published;
    private final Counter refused;

    EventPublisher(Publishing publishing, Duration patience, DataSize maxBody, Tally tally, MeterRegistry meters) {
        this.publishing = publishing;
        this.patience = patience;
        this.tally = tally;
        this.maxBody = maxBody.toBytes();
        this.published = Counter.builder("serai.bus.published")
                .description("Events the broker confirmed")
                .register(meters);
        this.refused = Counter.builder("serai.bus.publish.failures")
                .description("Events the broker did not confirm")
                .register(meters);
    }

    /**
     * Publishes an event; events of one subject keep the order in which one thread publishes them.
     *
     * <p>The future completes on the AMQP reader thread: a dependent stage must not block, or use the {@code Async} forms.
     * Waits only while {@code serai.bus.publisher.max-in-flight} events or {@code max-in-flight-bytes} are under way, at most
     * {@code confirm-timeout}.
     *
     * @return completes when the broker has the event on disk; exceptionally with {@link io.serai.message.Unavailable}
     *     when that is not sure, then the same event may be published again; with {@link EventTooLarge} when it is too
     *     large, with {@link io.serai.message.Invalid} when AMQP cannot carry it
     */
    public CompletableFuture<Void> publish(Event event) {
        return publish(event, null, patience);
    }

    /**
     * Publishes as above.
     *
     * @param routeVersion of the route that publishes, for the header {@code serai-route-version}; null for none
     */
    public CompletableFuture<Void> publish(Event event, @Nullable String routeVersion) {
        return publish(event, routeVersion, patience);
    }

    /**
     * Publishes as above.
     *
     * @param patience how long to wait while too much is under way
     */
    public CompletableFuture<Void> publish(Event event, Duration patience) {
        return publish(event, null, patience);
    }

    /** Publishes as above, with both. */
    public CompletableFuture<Void> publish(Event event, @Nullable String routeVersion, Duration patience) {
        try {
            refuseTooLarge(event);
        } catch (EventTooLarge tooLarge) {
            return CompletableFuture.failedFuture(tooLarge);
        }
        var subject = event.subject();
        var window = tally.window();
        return publishing
                .send(
                        subject == null ? event.id() : subject,
                        BusTopology.EVENTS,
                        event.type().name(),
                        AmqpEvents.properties(event, window, routeVersion),
                        event.data(),
                        patience)
                .whenComplete((done, failed) -> {
                    if (failed == null) {
                        tally.published(event, window);
                    }
                    (failed == null ? published : refused).increment();
                });
    }

    /**
     * Refuses an event that no broker would ever take, or that this one is known to refuse.
     *
     * @throws EventTooLarge where the body is over {@code serai.bus.max-message-size} or the broker's own limit
     */
    public void refuseTooLarge(Event event) {
        if (event.data().length > maxBody) {
            throw new EventTooLarge(event.id(), event.data().length, "serai.bus.max-message-size", maxBody);
        }
        publishing.refuseTooLarge(event.id(), event.data().length);
    }

    /** Whether the broker takes events now. */
    public boolean isUp() {
        return publishing.isUp();
    }

    /** Whether it takes them now, and has left none without a confirm for half of {@code confirm-timeout}. */
    public boolean isPrompt() {
        return publishing.isPrompt();
    }
}
