// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import io.serai.bus.Recurring;
import io.serai.message.EventPattern;
import io.serai.message.Unavailable;
import java.security.Principal;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/**
 * Opens streams that follow the log, at most {@code serai.eventlog.max-streams} at a time, and {@code
 * serai.eventlog.max-streams-per-user} for one user.
 *
 * <p>Stops before the web server does, so that open streams do not hold up its graceful shutdown. While streams are open,
 * one thread looks every {@code serai.eventlog.poll-interval} for what other hubs have stored.
 */
final class EventStreams implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(EventStreams.class);
    private static final long NEVER = 0;

    private final LoggedEvents log;
    private final LogHead head;
    private final EventLogProperties properties;
    private final Map<String, Integer> openByUser = new ConcurrentHashMap<>();
    private @Nullable ThreadPoolExecutor streams;
    private @Nullable ScheduledExecutorService poller;

    EventStreams(LoggedEvents log, LogHead head, EventLogProperties properties) {
        this.log = log;
        this.head = head;
        this.properties = properties;
    }

    /**
     * Starts a stream on a thread of its own.
     *
     * @param after to go on from, or null for the present end of the log
     * @param caller who asks, or null where the hub has no users; the stream ends soon after the user is removed or changed
     * @throws Unavailable where as many streams as allowed are open, or the hub stops
     */
    ResponseBodyEmitter open(EventPattern type, @Nullable LogPosition after, @Nullable Principal caller) {
        var user = caller == null ? null : caller.getName();
        var query = EventQuery.of(type);
        var emitter = new ResponseBodyEmitter(NEVER);
        var stream = new EventStream(log, head, query, after, properties, emitter, caller);
        count(user);
        try {
            executor().execute(() -> {
                try {
                    stream.run();
                } finally {
                    uncount(user);
                }
            });
        } catch (Unavailable stopping) {
            uncount(user);
            throw stopping;
        } catch (RejectedExecutionException full) {
            uncount(user);
            throw new Unavailable(
                    "opening event stream: " + properties.maxStreams()
                            + " are open, close one or raise serai.eventlog.max-streams",
                    full);
        }
        return emitter;
    }

    private void count(@Nullable String user) {
        if (user == null) {
            return;
        }
        openByUser.compute(user, (name, open) -> {
            if (open != null && open >= properties.maxStreamsPerUser()) {
                throw new Unavailable("opening event stream: " + open
                        + " of this user are open, close one or raise serai.eventlog.max-streams-per-user");
            }
            return open == null ? 1 : open + 1;
        });
    }

    private void uncount(@Nullable String user) {
        if (user != null) {
            openByUser.computeIfPresent(user, (name, open) -> open == 1 ? null : open - 1);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task catches what it throws; stop() ends it
    public synchronized void start() {
        head.open();
        streams = new ThreadPoolExecutor(
                0,
                properties.maxStreams(),
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                new CustomizableThreadFactory("event-stream-"));
        poller = Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("event-log-poll-"));
        var interval = properties.pollInterval().toMillis();
        var polling = new Recurring(
                LOG,
                "streams of the event log wait for the database",
                "looking for new events of the log stumbled; it goes on",
                this::poll);
        poller.scheduleWithFixedDelay(polling, interval, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        head.close();
        if (poller != null) {
            poller.shutdownNow();
            poller = null;
        }
        if (streams != null) {
            streams.shutdown();
            streams = null;
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return streams != null;
    }

    private synchronized ExecutorService executor() {
        if (streams == null) {
            throw new Unavailable("opening event stream: the hub is stopping, try another");
        }
        return streams;
    }

    private void poll() {
        var open = streams;
        if (open == null || open.getActiveCount() == 0) {
            return;
        }
        var told = head.position();
        head.correct(told, log.bounds().last());
    }
}
