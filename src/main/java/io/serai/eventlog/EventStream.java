// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.message.Unavailable;
import java.io.IOException;
import java.time.Duration;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Follows the log for one client until either goes: reads what is stored, writes it, waits for more.
 *
 * <p>Runs on a thread of its own, so a client that reads slowly holds up nobody else. When the database is away the stream
 * stays open and goes on where it was.
 */
final class EventStream implements Runnable {

    private static final int PAGE = 500;
    private static final int SEND_BYTES = 64 << 10;

    private final LoggedEvents log;
    private final LogHead head;
    private final EventQuery query;
    private final EventLogProperties properties;
    private final ResponseBodyEmitter emitter;
    private final SseFrames frames = new SseFrames();
    private long position;
    private long lastSent = System.nanoTime();

    /** @param position the events after this one are sent */
    EventStream(
            LoggedEvents log,
            LogHead head,
            EventQuery query,
            long position,
            EventLogProperties properties,
            ResponseBodyEmitter emitter) {
        this.log = log;
        this.head = head;
        this.query = query;
        this.position = position;
        this.properties = properties;
        this.emitter = emitter;
    }

    @Override
    public void run() {
        try {
            send(frames.reached(position));
            skipWhatIsNotThere();
            while (!head.isClosed()) {
                var last = head.awaitBeyond(position, untilHeartbeat());
                if (last > position) {
                    patiently(() -> sendAfter(last));
                }
                beat();
            }
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

    /** A position of another log, or one that was purged, is moved to the nearest end of what is there. */
    private void skipWhatIsNotThere() throws IOException, InterruptedException {
        var resolved = new boolean[1];
        while (!resolved[0] && !head.isClosed()) {
            patiently(() -> {
                var bounds = log.bounds();
                position = Math.max(bounds.first() - 1, Math.min(position, bounds.last()));
                head.advance(bounds.last());
                resolved[0] = true;
            });
            beat();
        }
    }

    private void sendAfter(long last) throws IOException {
        var slice = log.after(query, position, last, PAGE);
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

    private void patiently(Step step) throws IOException, InterruptedException {
        try {
            step.run();
        } catch (Unavailable databaseAway) {
            head.pause(properties.pollInterval());
        }
    }

    private void beat() throws IOException {
        if (untilHeartbeat().isZero()) {
            send(frames.reached(position));
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
