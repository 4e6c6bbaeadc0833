// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.routes.RouteCatalog.Control;
import io.serai.routes.versions.Hubs;
import io.swagger.v3.oas.annotations.Operation;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows the routes of this hub, and lets people start and stop them. */
@RestController
@RequestMapping(path = "/api/routes", produces = MediaType.APPLICATION_JSON_VALUE)
final class RoutesController {

    /** All routes by id; {@code hub} is the name of the one that answers. */
    record RouteList(String hub, List<RouteView> items) {}

    private final RouteCatalog catalog;
    private final Hubs hubs;
    private final RoutesProperties properties;

    RoutesController(RouteCatalog catalog, Hubs hubs, RoutesProperties properties) {
        this.catalog = catalog;
        this.hubs = hubs;
        this.properties = properties;
    }

    @Operation(summary = "Lists the routes of this hub by id")
    @GetMapping
    RouteList list() {
        return new RouteList(hubs.ownName(), catalog.list());
    }

    @Operation(summary = "Shows a route")
    @GetMapping("/{route}")
    RouteView show(@PathVariable("route") String id) {
        return catalog.find(id);
    }

    @Operation(summary = "Starts a route")
    @PostMapping("/{route}/start")
    RouteView start(@PathVariable("route") String id, HttpServletRequest request) {
        return control(id, Control.START, request);
    }

    @Operation(summary = "Stops a route when it has finished what it has in hand")
    @PostMapping("/{route}/stop")
    RouteView stop(@PathVariable("route") String id, HttpServletRequest request) {
        return control(id, Control.STOP, request);
    }

    @Operation(summary = "Keeps new work from a route")
    @PostMapping("/{route}/suspend")
    RouteView suspend(@PathVariable("route") String id, HttpServletRequest request) {
        return control(id, Control.SUSPEND, request);
    }

    @Operation(summary = "Lets a suspended route go on")
    @PostMapping("/{route}/resume")
    RouteView resume(@PathVariable("route") String id, HttpServletRequest request) {
        return control(id, Control.RESUME, request);
    }

    private RouteView control(String id, Control control, HttpServletRequest request) {
        Editing.check(properties, control.name().toLowerCase(Locale.ROOT) + " of route");
        return catalog.control(id, control, who(request));
    }

    private static String who(HttpServletRequest request) {
        return request.getRemoteUser() == null ? "local" : request.getRemoteUser();
    }
}
