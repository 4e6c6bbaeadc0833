// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.message.NotFound;
import io.serai.message.SecretValues;
import io.serai.message.Unavailable;
import io.serai.routes.reload.Reloader;
import io.serai.routes.versions.Hubs;
import io.serai.routes.versions.Versions;
import io.serai.telemetry.Rates;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Knows the routes of this hub: what they are made of, how they stand, and starts and stops them (Control Bus). */
public final class RouteCatalog {

    private static final Logger LOG = LoggerFactory.getLogger(RouteCatalog.class);

    /** What a person does to a route. */
    enum Control {
        START,
        STOP,
        SUSPEND,
        RESUME
    }

    private final CamelContext camel;
    private final Reloader reloader;
    private final Versions versions;
    private final Hubs hubs;
    private final LastErrors errors;
    private final Rates rates;
    private final RoutesProperties properties;
    private final SecretValues secrets;

    RouteCatalog(
            CamelContext camel,
            Reloader reloader,
            Versions versions,
            Hubs hubs,
            LastErrors errors,
            Rates rates,
            RoutesProperties properties,
            SecretValues secrets) {
        this.camel = camel;
        this.reloader = reloader;
        this.versions = versions;
        this.hubs = hubs;
        this.errors = errors;
        this.rates = rates;
        this.properties = properties;
        this.secrets = secrets;
    }

    /** By id. */
    List<RouteView> list() {
        var known = known();
        return camel.getRoutes().stream()
                .map(route -> view(route, known))
                .sorted(Comparator.comparing(RouteView::id))
                .toList();
    }

    /** @throws NotFound where there is no such route */
    RouteView find(String id) {
        return view(route(id), known());
    }

    /**
     * Starts, stops, suspends or resumes a route of this hub, until it is told otherwise, is replaced, or the hub starts
     * again. What it has in hand is finished first, within {@code serai.routes.drain-timeout}.
     *
     * @throws NotFound where there is no such route
     */
    RouteView control(String id, Control control, String who) {
        var route = route(id);
        var limit = properties.drainTimeout().toMillis();
        try {
            var controller = camel.getRouteController();
            switch (control) {
                case START -> controller.startRoute(route.getRouteId());
                case STOP -> controller.stopRoute(route.getRouteId(), limit, TimeUnit.MILLISECONDS);
                case SUSPEND -> controller.suspendRoute(route.getRouteId(), limit, TimeUnit.MILLISECONDS);
                case RESUME -> controller.resumeRoute(route.getRouteId());
            }
        } catch (Exception failed) {
            throw new Unavailable(
                    control.name().toLowerCase(Locale.ROOT) + " of route " + route.getRouteId()
                            + " failed, see the log",
                    failed);
        }
        LOG.info("route {}: {} by {}", route.getRouteId(), control.name().toLowerCase(Locale.ROOT), who);
        return view(route(id), known());
    }

    private record Known(
            Map<String, Map<String, Integer>> numbers,
            List<Hubs.Hub> hubs,
            Map<String, Map<String, Map<String, Double>>> rates) {}

    /** Routes can be looked at also while the database is away. */
    private Known known() {
        try {
            return new Known(versions.numbers(), hubs.list(), rates.routes());
        } catch (DataAccessException away) {
            LOG.debug("routes without their versions", away);
            return new Known(Map.of(), List.of(), rates.routes());
        }
    }

    private Route route(String id) {
        var route = camel.getRoute(id);
        if (route == null) {
            throw new NotFound("finding route: there is none of this id");
        }
        return route;
    }

    private RouteView view(Route route, Known known) {
        var id = route.getRouteId();
        var origin = reloader.originOf(id);
        return new RouteView(
                id,
                String.valueOf(camel.getRouteController().getRouteStatus(id)).toLowerCase(Locale.ROOT),
                route.getUptimeMillis(),
                camel.getInflightRepository().size(id),
                secrets.mask(route.getEndpoint().getEndpointBaseUri()),
                origin == null ? null : origin.path(),
                origin == null ? null : origin.line(),
                origin == null ? null : number(origin, known),
                origin == null ? null : origin.hash(),
                origin == null ? null : origin.current(),
                origin == null
                        ? List.of()
                        : known.hubs().stream()
                                .filter(hub -> reloader.hashOf(origin.path())
                                        .equals(hub.files().get(origin.path())))
                                .map(Hubs.Hub::name)
                                .toList(),
                known.rates().getOrDefault(id, Map.of()),
                errors.of(id));
    }

    private static @Nullable Integer number(Reloader.Origin origin, Known known) {
        return known.numbers().getOrDefault(origin.path(), Map.of()).get(origin.hash());
    }
}
