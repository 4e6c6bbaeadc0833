// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Printable;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;

/**
 * Knows the routes of this hub whose consumer fails: a query that the database refuses, a folder that may not be read, a
 * queue that is not there. Such a failure has no message, so nothing parks it. Each is counted in {@code
 * serai.routes.input.failures} by route, and logged in one line a route, cause and minute. Thread-safe; bounded by the number
 * of routes.
 */
public final class FailingInputs {

    /**
     * The newest failure of a route's consumer, without secrets.
     *
     * @param since when the consumer began to fail; null where it works again
     * @param message at most 500 characters
     */
    public record Failing(String route, @Nullable Instant since, Instant at, String exception, String message) {}

    static final String METER = "serai.routes.input.failures";

    private static final Logger LOG = LoggerFactory.getLogger(FailingInputs.class);
    private static final int MAX_MESSAGE = 500;
    private static final int MAX_CAUSES = 100;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Clock clock;
    private final SecretValues secrets;
    private final MeterRegistry meters;
    private final Map<String, Input> inputs = new ConcurrentHashMap<>();

    FailingInputs(Clock clock, SecretValues secrets, MeterRegistry meters) {
        this.clock = clock;
        this.secrets = secrets;
        this.meters = meters;
    }

    /** Those that fail now, by route. A stopped route fails on nothing. */
    public List<Failing> list() {
        return inputs.values().stream()
                .filter(input -> ServiceHelper.isStarted(input.consumer))
                .map(Input::newest)
                .filter(newest -> newest != null && newest.since() != null)
                .sorted(Comparator.comparing(Failing::route))
                .toList();
    }

    /** The newest failure of the route's consumer, also where it works again. */
    public @Nullable Failing newest(String route) {
        var input = inputs.get(route);
        return input == null ? null : input.newest();
    }

    /** The consumer that takes from this endpoint has failed; unknown endpoints are left out. */
    public void failed(Endpoint endpoint, Throwable cause) {
        inputs.values().stream()
                .filter(input -> input.consumer.getEndpoint() == endpoint)
                .forEach(input -> input.failed(cause, true));
    }

    /** The consumer that takes from this endpoint works. */
    public void works(Endpoint endpoint) {
        inputs.values().stream()
                .filter(input -> input.consumer.getEndpoint() == endpoint)
                .forEach(Input::works);
    }

    Input add(String route, DefaultConsumer consumer) {
        var input = new Input(route, consumer);
        inputs.put(route, input);
        return input;
    }

    void remove(String route, Object consumer) {
        inputs.computeIfPresent(route, (id, input) -> input.consumer == consumer ? null : input);
    }

    void works(String route) {
        var input = inputs.get(route);
        if (input != null) {
            input.works();
        }
    }

    /** The consumer of one route. */
    final class Input {

        private final String route;
        private final DefaultConsumer consumer;
        private final Counter counter;
        private final Map<String, Instant> logged = new ConcurrentHashMap<>();
        private @Nullable Failing newest;
        private long failures;

        private Input(String route, DefaultConsumer consumer) {
            this.route = route;
            this.consumer = consumer;
            this.counter = Counter.builder(METER)
                    .description("Failures of what feeds a route: polls, timers, readers of queues")
                    .tag("route", route)
                    .register(meters);
        }

        /** @param lasting whether the consumer fails until it says that it works */
        void failed(Throwable thrown, boolean lasting) {
            var cause = FailedAt.telling(thrown);
            var now = clock.instant();
            var exception = cause.getClass().getName();
            var message = Printable.of(secrets.maskNullable(text(cause)), MAX_MESSAGE);
            synchronized (this) {
                failures++;
                var since = newest == null || newest.since() == null ? now : newest.since();
                newest = new Failing(route, lasting ? since : null, now, exception, message);
            }
            counter.increment();
            if (isDue(exception + message, now)) {
                LOG.warn("input of route fails, it is tried again routeId={} cause={}: {}", route, exception, message);
            }
            LOG.debug("input of route fails routeId={}", route, cause);
        }

        /** Spring's words for what a database refuses leave out why. */
        private static @Nullable String text(Throwable cause) {
            var root = NestedExceptionUtils.getRootCause(cause);
            return root == null || root == cause ? cause.getMessage() : cause.getMessage() + ": " + root.getMessage();
        }

        private synchronized boolean isDue(String cause, Instant now) {
            logged.values().removeIf(at -> !at.plus(PAUSE).isAfter(now));
            return logged.size() < MAX_CAUSES && logged.putIfAbsent(cause, now) == null;
        }

        synchronized void works() {
            if (newest != null && newest.since() != null) {
                newest = new Failing(route, null, newest.at(), newest.exception(), newest.message());
                LOG.info("input of route works again routeId={}", route);
            }
        }

        synchronized long failures() {
            return failures;
        }

        synchronized @Nullable Failing newest() {
            return newest;
        }
    }
}
