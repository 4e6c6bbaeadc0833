// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.problem.ProblemWriter;
import io.serai.message.Unavailable;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A response that comes later, from another thread; no thread waits for it.
 *
 * <p>The handler calls {@link #defer} and returns. {@link AnswerFilter} arranges the writing only when all other filters
 * have left, so the response is touched by one thread at a time, and headers that filters add on their way out are in it.
 * There is no second dispatch through the filters and Spring MVC, as a {@code DeferredResult} would cost.
 */
final class PendingAnswer implements AsyncListener {

    /** Writes the response; called once, or never where the time is up before. */
    @FunctionalInterface
    interface Answer {

        void writeTo(HttpServletResponse response) throws IOException;
    }

    private static final String ATTRIBUTE = PendingAnswer.class.getName();

    private final AsyncContext context;
    private final CompletableFuture<? extends Answer> answer;
    private final boolean large;
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
    static void defer(
            HttpServletRequest request, CompletableFuture<? extends Answer> answer, Duration timeout, boolean large) {
        var context = request.startAsync();
        context.setTimeout(timeout.toMillis());
        request.setAttribute(ATTRIBUTE, new PendingAnswer(context, answer, large));
    }

    /** Delivers what a handler deferred, if one did; the last that happens to the request on its own thread. */
    static void deliver(HttpServletRequest request, HttpServletResponse response, ProblemWriter problems) {
        if (request.getAttribute(ATTRIBUTE) instanceof PendingAnswer pending) {
            pending.context.addListener(pending);
            var unused = pending.answer.whenComplete((answer, failure) -> pending.dispatch(() -> {
                try {
                    write(request, response, problems, answer, failure);
                } finally {
                    // hands the response to a thread of the server, which sends it
                    pending.context.complete();
                    pending.written.complete(null);
                }
            }));
        }
    }

    private void dispatch(Runnable task) {
        if (large) {
            try {
                context.start(task);
                return;
            } catch (RuntimeException stopping) {
                // the server takes no more work; the answer is still owed
            }
        }
        task.run();
    }

    private static void write(
            HttpServletRequest request,
            HttpServletResponse response,
            ProblemWriter problems,
            @Nullable Answer answer,
            @Nullable Throwable failure) {
        if (answer == null || failure != null) {
            problems.write(request, response, failure == null ? new IllegalStateException("no answer") : failure);
            return;
        }
        try {
            answer.writeTo(response);
        } catch (IOException | RuntimeException broken) {
            problems.write(request, response, broken);
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        answer.completeExceptionally(
                new Unavailable("answering request: not done in time, whether it took effect is not known, try again"));
        // where the answer came at the same moment, its thread is about to complete the response
        written.join();
    }

    @Override
    public void onError(AsyncEvent event) {
        answer.completeExceptionally(new IOException("answering request: connection failed", event.getThrowable()));
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
}
