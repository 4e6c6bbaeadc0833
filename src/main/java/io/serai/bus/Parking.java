// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.HubName;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Puts failed messages into the queue {@code serai.failures} with what is known of the failure (Dead Letter Channel):
 * durable, confirmed, never dropped, never blocking those behind.
 */
public final class Parking {

    private static final Logger LOG = LoggerFactory.getLogger(Parking.class);
    private static final String ROUTE = "route:";
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Publishing publishing;
    private final ScheduledExecutorService timer;
    private final FailureHeaders headers;

    Parking(Publishing publishing, ScheduledExecutorService timer, Clock clock, SecretValues secrets, HubName hub) {
        this.publishing = publishing;
        this.timer = timer;
        this.headers = new FailureHeaders(clock, secrets, hub);
    }

    /**
     * Before a message is handed on: waits up to 5 s for the connection on which the hub publishes. After an outage the one on
     * which it reads may be there first, and what a route sends on would fail, and wait for its next round.
     *
     * <p>Not while the broker blocks publishers: that it is read may be what it needs.
     */
    public void awaitWayOut(BooleanSupplier stillOurs) {
        if (publishing.isConnected()) {
            return;
        }
        var from = System.nanoTime();
        while (!publishing.isConnected() && stillOurs.getAsBoolean() && System.nanoTime() - from < CONNECT_NANOS) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /**
     * Parks a message, trying every second while the broker refuses, as long as the message is still ours.
     *
     * @param from the subscription or queue it was taken from
     * @param retry name of the retry policy, or null for the default
     * @param stillOurs false once its channel is closed: then the broker delivers it again, so it must not be parked too
     * @return completes when the broker has it; exceptionally when it is no longer ours
     */
    public CompletableFuture<Void> park(
            String from,
            @Nullable String retry,
            BasicProperties properties,
            byte[] body,
            Failure failure,
            BooleanSupplier stillOurs) {
        var parked = new CompletableFuture<Void>();
        warn(properties, from, failure);
        attempt(headers.with(properties, from, retry, failure), body, stillOurs, parked);
        return parked;
    }

    /**
     * Parks what a route that began with no queue has failed on. Tried once.
     *
     * @param identity the same for the same input, so that it is one failure though it is parked twice; null where nothing
     *     tells it from another
     * @return completes when the broker has it; exceptionally with {@link io.serai.message.Unavailable} where that is not
     *     sure
     */
    public CompletableFuture<Void> park(
            String routeId,
            String retry,
            @Nullable String identity,
            BasicProperties properties,
            byte[] body,
            Failure failure) {
        var from = ROUTE + routeId;
        var id = identity == null ? EventIds.next() : FailureHeaders.idOf(from, identity);
        return parkAgain(routeId, retry, new Retried(id, 0), properties, body, failure);
    }

    /**
     * Parks what it has failed on once more. Tried once.
     *
     * @param retry name of the retry policy, or null where the route names none any more
     * @return as above
     */
    public CompletableFuture<Void> parkAgain(
            String routeId,
            @Nullable String retry,
            Retried retried,
            BasicProperties properties,
            byte[] body,
            Failure failure) {
        var from = ROUTE + routeId;
        var named =
                retried.mark(properties.builder().messageId(retried.failureId()).build());
        warn(named, from, failure);
        return publishing.send(
                retried.failureId(), "", BusTopology.FAILURES, headers.with(named, from, retry, failure), body);
    }

    /** A message that is put off again and again while a circuit breaker is open is no news. */
    private static void warn(BasicProperties properties, String from, Failure failure) {
        var retried = Retried.of(properties);
        var isNews = !failure.postponed() || retried == null || retried.round() == 0;
        LOG.atLevel(isNews ? Level.WARN : Level.DEBUG)
                .log(
                        "message failed and is parked messageId={} from={} routeId={} cause={}",
                        FailureHeaders.printable(properties.getMessageId()),
                        from,
                        failure.routeId(),
                        FailureHeaders.printable(failure.cause().toString()));
    }

    /** The properties of a message as it is parked with. */
    BasicProperties describe(String from, @Nullable String retry, BasicProperties properties, Failure failure) {
        return headers.with(properties, from, retry, failure);
    }

    /**
     * Tells the failures that a message which had failed was dealt with, trying every second while the broker refuses.
     *
     * @param stillOurs as above
     * @return as above; when it completes the message may be acknowledged
     */
    public CompletableFuture<Void> resolve(Retried retried, BooleanSupplier stillOurs) {
        var resolved = new CompletableFuture<Void>();
        attempt(FailureHeaders.resolved(retried), new byte[0], stillOurs, resolved);
        return resolved;
    }

    /**
     * What is known of a failure, as headers for {@link #park(Event, Map)}.
     *
     * @param from what began the work, as in {@code route:receive-order-file}
     */
    public Map<String, String> facts(String from, Failure failure) {
        return headers.facts(EventIds.next(), from, failure, FailureHeaders.MAX_FACTS);
    }

    /**
     * Parks what a route found wrong, in the shape of an event (Invalid Message Channel). Tried once.
     *
     * @param facts as {@link #facts} made them
     * @return completes when the broker has it; exceptionally with {@link io.serai.message.Unavailable} where that is not
     *     sure
     */
    public CompletableFuture<Void> park(Event event, Map<String, String> facts) {
        return park(event, facts, publishing.patience());
    }

    /** Parks as above, and waits for room in flight no longer than {@code patience}. */
    public CompletableFuture<Void> park(Event event, Map<String, String> facts, Duration patience) {
        var properties = AmqpEvents.properties(event);
        var all = new HashMap<>(properties.getHeaders());
        all.putAll(facts);
        return publishing.send(
                keyOf(event),
                "",
                BusTopology.FAILURES,
                properties.builder().headers(all).build(),
                event.data(),
                patience);
    }

    private static String keyOf(Event event) {
        var subject = event.subject();
        return subject == null ? event.id() : subject;
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
