// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.message.Conflict;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.CamelRequestHandlerMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.PathContainer;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/**
 * Finds the route that serves a request.
 *
 * <p>Camel's own takes a path out and in again to replace its route, and never takes out that of a route that is gone.
 */
class HubRequestMapping extends CamelRequestHandlerMapping {

    /** A path is replaced in one step: no request finds it missing. */
    private final ReadWriteLock paths = new ReentrantReadWriteLock();

    private final Supplier<RequestMappingHandlerMapping> own;

    /** @param own has the paths of the hub's own API */
    HubRequestMapping(
            PlatformHttpComponent component, PlatformHttpEngine engine, Supplier<RequestMappingHandlerMapping> own) {
        super(component, engine);
        this.own = own;
    }

    /** After the hub's own API: no route, whatever it matches, takes away what routes are mended with. */
    @Override
    public int getOrder() {
        return 1;
    }

    @Override
    public void registerHttpEndpoint(HttpEndpointModel model) {
        paths.writeLock().lock();
        try {
            super.registerHttpEndpoint(model);
        } finally {
            paths.writeLock().unlock();
        }
    }

    /** @throws Conflict where the hub itself serves the path, or another route: Camel would put the new one in its place */
    void checkFree(HubHttpConsumer wanting) {
        var endpoint = wanting.getEndpoint();
        var path = PathContainer.parsePath(endpoint.getPath());
        // a route of every path gets those that the hub leaves
        var takesTheRemainder =
                endpoint.isMatchOnUriPrefix() && endpoint.getPath().equals("/");
        if (!takesTheRemainder
                && own.get().getHandlerMethods().keySet().stream().anyMatch(info -> serves(info, path))) {
            throw taken(wanting, "it is the hub's own");
        }
        getHandlerMethods().values().stream()
                .map(HandlerMethod::getBean)
                .filter(other -> other != wanting)
                .map(HubHttpConsumer.class::cast)
                .filter(wanting::servesTheSameAs)
                .flatMap(other -> other.findRoute().stream())
                .findFirst()
                .ifPresent(route -> {
                    throw taken(wanting, "route " + route.getRouteId() + " serves it");
                });
    }

    private static boolean serves(RequestMappingInfo info, PathContainer path) {
        var condition = info.getPathPatternsCondition();
        return condition != null && condition.getPatterns().stream().anyMatch(pattern -> pattern.matches(path));
    }

    private static Conflict taken(HubHttpConsumer wanting, String by) {
        return new Conflict("serving platform-http:" + wanting.getEndpoint().getPath() + " failed: " + by
                + "; choose another path");
    }

    @Override
    protected HandlerMethod getHandlerInternal(HttpServletRequest request) throws Exception {
        paths.readLock().lock();
        try {
            return super.getHandlerInternal(request);
        } finally {
            paths.readLock().unlock();
        }
    }

    /** Who serves the request now, or null. Throws as Spring does where only the method or a media type does not fit. */
    @Nullable
    HubHttpConsumer consumerFor(HttpServletRequest request) throws Exception {
        var found = getHandlerInternal(request);
        return found != null && found.getBean() instanceof HubHttpConsumer consumer ? consumer : null;
    }

    /** Takes out the paths of a consumer whose route is gone. */
    void forget(HubHttpConsumer gone) {
        paths.writeLock().lock();
        try {
            getHandlerMethods().entrySet().stream()
                    .filter(entry -> entry.getValue().getBean() == gone)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::unregisterMapping);
        } finally {
            paths.writeLock().unlock();
        }
    }
}
