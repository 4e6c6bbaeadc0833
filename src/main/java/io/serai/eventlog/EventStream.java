// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Unavailable;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.core.Authentication;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Follows the log for one client until either goes: reads what is stored, writes it, waits for more.
 *
 * <p>Runs on a thread of its own, so a client that reads slowly holds up nobody else. When the database is away the stream
 * stays open and goes on where it was; one that is opened meanwhile begins when the database is back.
 */
final class EventStream implements Runnable {

    private static final int PAGE = 500;
    private static final int SEND_BYTES = 64 << 10;
    private static final Duration RECONNECT = Duration.ofSeconds(1);

    private final LoggedEvents log;
    private final LogHead head;
    private final EventQuery query;
    private final EventLogProperties properties;
    private final ResponseBodyEmitter emitter;
    private final @Nullable Principal caller;
    private final SseFrames frames = new SseFrames();
    private LogPosition position;
    private long lastSent = System.nanoTime();

    /**
     * Makes it.
     *
     * @param after the events after this one are sent, or null for those after the present end
     * @param caller who follows, or null where the hub has no users
     */
    EventStream(
            LoggedEvents log,
            LogHead head,
            EventQuery query,
            @Nullable LogPosition after,
            EventLogProperties properties,
            ResponseBodyEmitter emitter,
            @Nullable Principal caller) {
        this.log = log;
        this.head = head;
        this.query = query;
        this.position = after == null ? LogPosition.END : after;
        this.properties = properties;
        this.emitter = emitter;
        this.caller = caller;
    }

    @Override
    public void run() {
        try {
            begin();
            follow();
            emitter.complete();
        } catch (IOException | IllegalStateException clientGone) {
            // a write failed, or came after the end of the request: the container has noticed as well
            emitter.complete();
        } catch (InterruptedException stopping) {
            emitter.complete();
            Thread.currentThread().interrupt();
        } catch (RuntimeException broken) {
            emitter.completeWithError(broken);
        }
    }

    /** Looks where the log ends before the client sees the stream open, so that the client misses nothing from then on. */
    private void begin() throws IOException, InterruptedException {
        while (!hasBegun() && isOpen()) {
            if (!patiently(() -> position = log.end())) {
                beat();
            }
        }
        if (hasBegun()) {
            send(frames.begun(position, RECONNECT));
        }
    }

    /** Until the hub stops, or the caller is no user any more: each heartbeat asks. */
    private boolean isOpen() {
        return !head.isClosed() && !(caller instanceof Authentication login && !login.isAuthenticated());
    }

    private boolean hasBegun() {
        return !position.equals(LogPosition.END);
    }

    private void follow() throws IOException, InterruptedException {
        var looked = false;
        while (isOpen()) {
            var last = looked ? head.awaitOther(position.position(), untilHeartbeat()) : head.position();
            if (!looked || last != position.position()) {
                looked |= patiently(() -> sendNext(last));
            }
            beat();
        }
    }

    /** @param told how far the log reaches as far as this hub knew */
    private void sendNext(long told) throws IOException {
        var slice = log.after(query, position, PAGE);
        head.correct(told, slice.last());
        if (slice.hasGoneBack()) {
            frames.reset(position, slice.from());
        }
        for (var event : slice.events()) {
            frames.event(event);
            if (frames.size() >= SEND_BYTES) {
                send(frames);
            }
        }
        if (frames.size() > 0) {
            send(frames);
        }
        position = slice.reached();
    }

    private boolean patiently(Step step) throws IOException, InterruptedException {
        try {
            step.run();
            return true;
        } catch (Unavailable databaseAway) {
            head.pause(properties.pollInterval());
            return false;
        }
    }

    private void beat() throws IOException {
        if (untilHeartbeat().isZero()) {
            send(hasBegun() ? frames.reached(position) : frames.waiting());
        }
    }

    private Duration untilHeartbeat() {
        var left = properties.heartbeat().minusNanos(System.nanoTime() - lastSent);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private void send(SseFrames frames) throws IOException {
        emitter.send(frames.take(), MediaType.APPLICATION_OCTET_STREAM);
        lastSent = System.nanoTime();
    }

    private interface Step {
        void run() throws IOException;
    }
}
