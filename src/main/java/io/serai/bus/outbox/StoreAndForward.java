// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes events, or keeps them in the outbox while the broker does not take them; the relay forwards them when it does
 * (Guaranteed Delivery). At least once: what the broker did not confirm in time goes to the outbox with the same id.
 *
 * <p><b>Order.</b> An event that is handed in when an earlier one of its subject is complete, or that follows it in the same
 * list, is never published before it by this hub: while the subject has rows in the outbox, its events go there too, and
 * rows are relayed in order. That holds for rows of this hub's routes from the moment they write them, and over a restart.
 * Of rows that <em>another</em> hub wrote this hub learns at its next look, after {@code serai.bus.outbox.poll}; an event
 * that reaches it sooner may overtake them. It also may where the hub whose broker is away is not the one asked: hubs that
 * must keep the order of a subject share a broker, or its publisher stays with one hub. A copy that the broker took but did
 * not confirm may show up late, beside the one that is in order. Events without a subject have no order.
 *
 * <p>Asks the database nothing while the broker takes events. Thread-safe.
 */
public final class StoreAndForward {

    private static final Logger LOG = LoggerFactory.getLogger(StoreAndForward.class);
    /** For room in flight. With the outbox at hand there is no reason to hold a thread of the server for longer. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final long LOG_NANOS = Duration.ofMinutes(1).toNanos();

    private final EventPublisher publisher;
    private final OutboxWriter writer;
    private final Backlog backlog;
    private final Counter stored;
    private final AtomicLong logAt = new AtomicLong(System.nanoTime());

    StoreAndForward(EventPublisher publisher, OutboxWriter writer, Backlog backlog, MeterRegistry meters) {
        this.publisher = publisher;
        this.writer = writer;
        this.backlog = backlog;
        this.stored = Counter.builder("serai.bus.outbox.stored")
                .description("Events stored in the outbox in place of being published")
                .register(meters);
    }

    /**
     * Publishes or stores the events of one request.
     *
     * @param events in order; of one source they have different ids
     * @return for each, in the same order: completes when it is on the disk of broker or database, on a thread that dependent
     *     stages must not block; exceptionally with {@link Unavailable} when that is not sure, then the same event may be
     *     sent again; with {@link io.serai.bus.EventTooLarge} when it is too large
     */
    public List<CompletableFuture<Void>> publish(List<Event> events) {
        var answers = new ArrayList<CompletableFuture<Void>>(events.size());
        var direct = new ArrayList<Integer>(events.size());
        var stored = new ArrayList<Integer>();
        var prompt = publisher.isPrompt();
        var waiting = prompt ? waiting(events) : Set.<String>of();
        for (int i = 0; i < events.size(); i++) {
            var tooLarge = tooLarge(events.get(i));
            answers.add(tooLarge == null ? new CompletableFuture<>() : CompletableFuture.failedFuture(tooLarge));
            if (tooLarge == null) {
                var subject = events.get(i).subject();
                (prompt && (subject == null || !waiting.contains(subject)) ? direct : stored).add(i);
            }
        }
        send(events, direct, answers);
        store(events, stored, answers);
        return answers;
    }

    /** Whether events are taken now, one way or the other, as far as this hub knows. */
    public boolean isOpen() {
        return publisher.isUp() || !backlog.isFull();
    }

    private Set<String> waiting(List<Event> events) {
        return events.stream()
                .map(Event::subject)
                .filter(backlog::mayHold)
                .map(String::valueOf)
                .collect(Collectors.toSet());
    }

    private @Nullable Invalid tooLarge(Event event) {
        try {
            publisher.refuseTooLarge(event);
            return null;
        } catch (Invalid tooLarge) {
            return tooLarge;
        }
    }

    private void send(List<Event> events, List<Integer> direct, List<CompletableFuture<Void>> answers) {
        if (direct.isEmpty()) {
            return;
        }
        var sent = new ArrayList<CompletableFuture<Void>>(direct.size());
        CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
        for (var i : direct) {
            // what was refused at once, say for want of room, is refused to the next too
            last = isUnsure(last) ? last : publisher.publish(events.get(i), PATIENCE);
            sent.add(last);
        }
        var unused = CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                .whenComplete((done, failure) -> {
                    var again = failure == null ? List.<Integer>of() : unsure(events, direct, sent);
                    if (failure != null && !again.isEmpty()) {
                        say(failure);
                    }
                    // before anyone is answered: an event that follows an answer must find the subject waiting
                    store(events, again, answers);
                    var kept = new HashSet<>(again);
                    for (int n = 0; n < direct.size(); n++) {
                        if (!kept.contains(direct.get(n))) {
                            answer(answers.get(direct.get(n)), failureOf(sent.get(n)));
                        }
                    }
                });
    }

    /** Those that the broker has not confirmed and, of their subjects, all that follow: they must not come before. */
    static List<Integer> unsure(List<Event> events, List<Integer> direct, List<CompletableFuture<Void>> sent) {
        var unsure = new ArrayList<Integer>();
        var subjects = new HashSet<String>();
        for (int n = 0; n < direct.size(); n++) {
            var subject = events.get(direct.get(n)).subject();
            if (isUnsure(sent.get(n)) || (subject != null && subjects.contains(subject))) {
                unsure.add(direct.get(n));
                if (subject != null) {
                    subjects.add(subject);
                }
            }
        }
        return unsure;
    }

    private void store(List<Event> events, List<Integer> which, List<CompletableFuture<Void>> answers) {
        if (which.isEmpty()) {
            return;
        }
        var unused = writer.write(which.stream().map(events::get).toList()).whenComplete((done, failure) -> {
            if (failure == null) {
                stored.increment(which.size());
            }
            which.forEach(i -> answer(answers.get(i), failure));
        });
    }

    private static void answer(CompletableFuture<Void> answer, @Nullable Throwable failure) {
        if (failure == null) {
            answer.complete(null);
        } else {
            answer.completeExceptionally(failure);
        }
    }

    /** Failed, though it may be sent again; one that is invalid may not. */
    private static boolean isUnsure(CompletableFuture<Void> sent) {
        return sent.isCompletedExceptionally() && !(failureOf(sent) instanceof Invalid);
    }

    private static @Nullable Throwable failureOf(CompletableFuture<Void> sent) {
        return sent.handle((done, failure) -> failure == null ? null : cause(failure))
                .join();
    }

    private static Throwable cause(Throwable failure) {
        var cause = failure.getCause();
        return failure instanceof CompletionException && cause != null ? cause : failure;
    }

    /** At most once a minute; that the broker is away its link has said. */
    private void say(Throwable failure) {
        var now = System.nanoTime();
        var at = logAt.get();
        if (publisher.isUp() && now - at >= 0 && logAt.compareAndSet(at, now + LOG_NANOS)) {
            LOG.warn(
                    "broker did not take an event, which is stored and forwarded later cause={}",
                    cause(failure).getMessage());
        }
    }
}
