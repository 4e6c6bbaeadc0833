// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts failed messages into the queue {@code serai.failures} with what is known of the failure (Dead Letter Channel):
 * durable, confirmed, never dropped, never blocking those behind.
 */
public final class Parking {

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Publishing publishing;
    private final ScheduledExecutorService timer;
    private final FailureHeaders headers;

    Parking(Publishing publishing, ScheduledExecutorService timer, Clock clock) {
        this.publishing = publishing;
        this.timer = timer;
        this.headers = new FailureHeaders(clock);
    }

    /**
     * Parks a message, trying every second while the broker refuses, as long as the message is still ours.
     *
     * @param from the subscription or queue it was taken from
     * @param stillOurs false once its channel is closed: then the broker delivers it again, so it must not be parked too
     * @return completes when the broker has it; exceptionally when it is no longer ours
     */
    CompletableFuture<Void> park(
            String from, BasicProperties properties, byte[] body, Failure failure, BooleanSupplier stillOurs) {
        var parked = new CompletableFuture<Void>();
        LOG.warn(
                "message failed and is parked messageId={} from={} routeId={} cause={}",
                FailureHeaders.printable(properties.getMessageId()),
                from,
                failure.routeId(),
                FailureHeaders.printable(failure.cause().toString()));
        attempt(headers.with(properties, from, failure), body, stillOurs, parked);
        return parked;
    }

    private void attempt(
            BasicProperties properties, byte[] body, BooleanSupplier stillOurs, CompletableFuture<Void> parked) {
        publishing
                .send(String.valueOf(properties.getMessageId()), "", BusTopology.FAILURES, properties, body)
                .whenComplete((safe, refused) -> {
                    if (refused == null) {
                        parked.complete(null);
                    } else if (stillOurs.getAsBoolean() && !timer.isShutdown()) {
                        timer.schedule(
                                () -> attempt(properties, body, stillOurs, parked),
                                AGAIN.toMillis(),
                                TimeUnit.MILLISECONDS);
                    } else {
                        parked.completeExceptionally(refused);
                    }
                });
    }
}
