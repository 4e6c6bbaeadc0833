// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.SmartLifecycle;

/**
 * Ends reading of events before anything else of the hub stops: a route may call the hub itself, whose web server stops
 * before Camel does, and what is under way would fail and be parked.
 */
final class SubscribersStopFirst implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(SubscribersStopFirst.class);

    /** For each route; together less than the phase may take. What is not done by then is delivered again. */
    private static final long SECONDS = 10;

    /** Not the context itself: Spring would start that with this, before it has its routes. */
    private final ObjectProvider<CamelContext> camel;

    private volatile boolean running;

    SubscribersStopFirst(ObjectProvider<CamelContext> camel) {
        this.camel = camel;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        var context = camel.getObject();
        // one after the other, as Camel stops them under one lock anyway
        List.copyOf(context.getRoutes()).stream()
                .filter(route -> route.getConsumer() instanceof EventConsumer)
                .forEach(route -> stop(context, route.getRouteId()));
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Before the web server, which has a lower phase. */
    @Override
    public int getPhase() {
        return DEFAULT_PHASE;
    }

    private static void stop(CamelContext context, String route) {
        try {
            context.getRouteController().stopRoute(route, SECONDS, TimeUnit.SECONDS);
        } catch (Exception late) {
            LOG.debug("stops with the rest routeId={}", route, late);
        }
    }
}
