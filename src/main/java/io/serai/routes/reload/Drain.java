// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.bus.component.Pausable;
import io.serai.gateway.gate.Gated;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.StatefulService;
import org.apache.camel.Suspendable;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumerAware;
import org.apache.camel.spi.ShutdownAware;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps new work from routes and waits until they have finished what they have in hand.
 *
 * <p>Camel's own shutdown, once its time is up, ends exchanges of all routes alike, so it comes only after nothing is left.
 * Requests wait at their consumer; what calls the route by {@code direct:} waits for its return; queues keep what comes.
 */
final class Drain implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Drain.class);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final CamelContext context;
    private final long deadline;
    private final List<Gated> gates = new ArrayList<>();
    private final List<Pausable> paused = new ArrayList<>();
    private final List<Route> stopped = new ArrayList<>();
    private final Collection<Route> unresumed;

    private Drain(CamelContext context, Duration limit, Collection<Route> unresumed) {
        this.context = context;
        this.unresumed = unresumed;
        this.deadline = System.nanoTime() + limit.toNanos();
    }

    /**
     * Begins to hold routes back; {@link #close} lets requests go on.
     *
     * @param calls which of the routes calls which other by {@code direct:}
     * @param unresumed takes the routes that refuse to run as before, to be tried again by {@link #isResumed}
     * @throws Busy where they are not done within the limit; they run as before
     */
    static Drain of(
            CamelContext context,
            Collection<String> routeIds,
            Map<String, Set<String>> calls,
            Duration limit,
            Collection<Route> unresumed)
            throws Busy {
        var drain = new Drain(context, limit, unresumed);
        try {
            drain.drain(
                    routeIds.stream()
                            .map(context::getRoute)
                            .filter(Objects::nonNull)
                            .toList(),
                    calls);
            return drain;
        } catch (Busy | RuntimeException busy) {
            drain.resume();
            drain.close();
            throw busy;
        }
    }

    private void drain(List<Route> routes, Map<String, Set<String>> calls) throws Busy {
        var inner = new ArrayList<Route>();
        var outer = new ArrayList<Route>();
        for (var route : routes) {
            (isInner(route) ? inner : outer).add(route);
        }
        // where messages come in, all at once
        outer.forEach(this::hold);
        for (var route : outer) {
            await(route);
        }
        // then those that are called, callers first: a caller finishes only while what it calls is there
        for (var route : callersFirst(inner, calls)) {
            awaitQueue(route);
            hold(route);
            await(route);
        }
    }

    private static boolean isInner(Route route) {
        var uri = route.getEndpoint().getEndpointUri();
        return uri.startsWith("direct:") || uri.startsWith("seda:") || uri.startsWith("kamelet:");
    }

    private static List<Route> callersFirst(List<Route> routes, Map<String, Set<String>> calls) {
        var byId = new HashMap<String, Route>();
        routes.forEach(route -> byId.put(route.getRouteId(), route));
        var ordered = new LinkedHashSet<Route>();
        routes.forEach(route -> after(route, byId, calls, ordered, new HashSet<>()));
        return List.copyOf(ordered);
    }

    private static void after(
            Route route,
            Map<String, Route> byId,
            Map<String, Set<String>> calls,
            Set<Route> ordered,
            Set<String> visiting) {
        if (visiting.add(route.getRouteId())) {
            calls.forEach((caller, called) -> {
                if (called.contains(route.getRouteId()) && byId.containsKey(caller)) {
                    after(byId.get(caller), byId, calls, ordered, visiting);
                }
            });
            ordered.add(route);
        }
    }

    private void hold(Route route) {
        if (gate(route) instanceof Gated gate) {
            gate.hold();
            gates.add(gate);
        } else if (route.getConsumer() instanceof Pausable reading) {
            reading.pauseReading();
            paused.add(reading);
        } else if (route.getConsumer() instanceof StatefulService consumer && consumer.isStarted()) {
            if (consumer instanceof Suspendable) {
                consumer.suspend();
            } else {
                consumer.stop();
            }
            stopped.add(route);
        }
    }

    private static @Nullable Object gate(Route route) {
        return route.getConsumer() instanceof PlatformHttpConsumerAware aware ? aware.getPlatformHttpConsumer() : null;
    }

    /** What waits in memory would be gone. */
    private void awaitQueue(Route route) throws Busy {
        if (route.getConsumer() instanceof ShutdownAware queue
                && context.getRouteController()
                        .getRouteStatus(route.getRouteId())
                        .isStarted()) {
            awaitNone(route, queue::getPendingExchangesSize);
        }
    }

    private void await(Route route) throws Busy {
        var status = context.getRouteController().getRouteStatus(route.getRouteId());
        if (status.isStopped()) {
            // a person stopped it, and what it had in hand then
            return;
        }
        awaitNone(route, () -> {
            int held = gate(route) instanceof Gated gate ? gate.inHand() : 0;
            // an event is begun before its exchange, and settled after it
            int begun = route.getConsumer() instanceof Pausable reading ? reading.inHand() : 0;
            return held + Math.max(begun, context.getInflightRepository().size(route.getRouteId()));
        });
    }

    private interface Count {
        int now();
    }

    private void awaitNone(Route route, Count inHand) throws Busy {
        int left;
        while ((left = inHand.now()) > 0) {
            if (System.nanoTime() > deadline) {
                throw new Busy("route " + route.getRouteId() + " has " + left
                        + " in hand and is not done with it in time; nothing is changed, it is tried again");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Lets the routes work as before. */
    private void resume() {
        paused.forEach(Pausable::resumeReading);
        paused.clear();
        stopped.stream().filter(route -> !isResumed(route)).forEach(unresumed::add);
        stopped.clear();
    }

    /** Whether the route works as before, or there is no such route any more. */
    static boolean isResumed(Route route) {
        var consumer = route.getConsumer();
        if (route.getCamelContext().getRoute(route.getRouteId()) != route) {
            return true;
        }
        try {
            if (consumer instanceof Suspendable && consumer instanceof StatefulService service) {
                service.resume();
            } else {
                consumer.start();
            }
            return true;
        } catch (RuntimeException refused) {
            LOG.error("route {} cannot be resumed; it is tried again every few seconds", route.getRouteId(), refused);
            return false;
        }
    }

    /** Lets requests go on, to whoever serves their path now. */
    @Override
    public void close() {
        gates.forEach(Gated::release);
        gates.clear();
    }
}
