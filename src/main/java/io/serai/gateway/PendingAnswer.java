// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.idempotency.KeyedAnswer;
import io.serai.http.ProblemWriter;
import io.serai.message.Unavailable;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A response that comes later, from another thread; no thread waits for it.
 *
 * <p>The handler calls {@link #defer} and returns. {@link AnswerFilter} arranges the writing only when all other filters
 * have left, so the response is touched by one thread at a time, and headers that filters add on their way out are in it.
 * There is no second dispatch through the filters and Spring MVC, as a {@code DeferredResult} would cost.
 */
final class PendingAnswer {

    /** Writes the response. One of the two is called, once. */
    @FunctionalInterface
    interface Answer {

        void writeTo(HttpServletResponse response) throws IOException;

        /** The client is gone, or was answered that the time is up. */
        default void discard() {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(PendingAnswer.class);
    private static final String ATTRIBUTE = PendingAnswer.class.getName();

    private final AsyncContext context;
    private final CompletableFuture<? extends Answer> answer;
    private final boolean large;
    /** Who sets it writes the response, nobody else: the server uses the same object again for another client. */
    private final AtomicBoolean begun = new AtomicBoolean();

    private final CompletableFuture<@Nullable Void> written = new CompletableFuture<>();

    private PendingAnswer(AsyncContext context, CompletableFuture<? extends Answer> answer, boolean large) {
        this.context = context;
        this.answer = answer;
        this.large = large;
    }

    /**
     * Defers the response of this request; the handler must not touch it any more.
     *
     * @param large whether writing may wait for a slow client: then a thread of the server writes, not the one that
     *     completes the answer
     */
    static PendingAnswer defer(
            HttpServletRequest request, CompletableFuture<? extends Answer> answer, Duration timeout, boolean large) {
        var context = request.startAsync();
        context.setTimeout(timeout.toMillis());
        var pending = new PendingAnswer(context, answer, large);
        request.setAttribute(ATTRIBUTE, pending);
        return pending;
    }

    /** Whether nobody waits any more: the time is up, or the client is gone. */
    boolean isOver() {
        return begun.get();
    }

    /** Delivers what a handler deferred, if one did; the last that happens to the request on its own thread. */
    static void deliver(HttpServletRequest request, HttpServletResponse response, ProblemWriter problems) {
        if (request.getAttribute(ATTRIBUTE) instanceof PendingAnswer pending) {
            var delivery = pending.new Delivery(request, response, problems, KeyedAnswer.of(request));
            pending.context.addListener(delivery);
            var unused = pending.answer.whenComplete((answer, failure) ->
                    pending.dispatch(pending.large || delivery.keyed != null, () -> delivery.deliver(answer, failure)));
        }
    }

    private void dispatch(boolean mayWait, Runnable task) {
        if (mayWait && !begun.get()) {
            try {
                context.start(task);
                return;
            } catch (RuntimeException stopping) {
                // the server takes no more work; the answer is still owed
            }
        }
        task.run();
    }

    /** Writes the answer, or that there is none in time, or nothing to a client that is gone: one of them, once. */
    private final class Delivery implements AsyncListener {

        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final ProblemWriter problems;
        private final @Nullable KeyedAnswer keyed;

        Delivery(
                HttpServletRequest request,
                HttpServletResponse response,
                ProblemWriter problems,
                @Nullable KeyedAnswer keyed) {
            this.request = request;
            this.response = response;
            this.problems = problems;
            this.keyed = keyed;
        }

        void deliver(@Nullable Answer ready, @Nullable Throwable failure) {
            if (begun.compareAndSet(false, true)) {
                end(() -> write(ready, failure));
            } else if (ready != null && keyed != null) {
                keyed.finishLate(ready::writeTo);
            } else if (ready != null) {
                ready.discard();
            } else if (keyed != null) {
                keyed.release();
            }
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            if (begun.compareAndSet(false, true)) {
                end(
                        () -> problems.write(
                                request,
                                response,
                                new Unavailable(
                                        "answering request: not done in time, whether it took effect is not known, try again")));
            } else {
                awaitWritten();
            }
        }

        @Override
        public void onError(AsyncEvent event) {
            if (begun.compareAndSet(false, true)) {
                end(() -> {});
            } else {
                awaitWritten();
            }
        }

        /** The server uses the response for another client once this listener returns. */
        private void awaitWritten() {
            written.join();
        }

        private void end(Runnable writing) {
            try {
                writing.run();
            } finally {
                // hands the response to a thread of the server, which sends it
                context.complete();
                written.complete(null);
            }
        }

        private void write(@Nullable Answer ready, @Nullable Throwable failure) {
            var to = keyed == null ? response : keyed.sentBy(response);
            if (ready == null || failure != null) {
                problems.write(request, to, failure == null ? new IllegalStateException("no answer") : failure);
            } else {
                try {
                    ready.writeTo(to);
                } catch (IOException | RuntimeException broken) {
                    problems.write(request, to, broken);
                }
            }
            if (keyed != null) {
                try {
                    keyed.finish();
                } catch (IOException gone) {
                    LOG.debug("client is gone, its answer is kept", gone);
                }
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {}

        @Override
        public void onStartAsync(AsyncEvent event) {}
    }
}
