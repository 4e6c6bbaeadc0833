// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.apache.camel.component.platform.http.HttpEndpointModel;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.component.platform.http.springboot.CamelRequestHandlerMapping;
import org.jspecify.annotations.Nullable;
import org.springframework.web.method.HandlerMethod;

/**
 * Finds the route that serves a request.
 *
 * <p>Camel's own takes a path out and in again to replace its route, and never takes out that of a route that is gone.
 */
class HubRequestMapping extends CamelRequestHandlerMapping {

    /** A path is replaced in one step: no request finds it missing. */
    private final ReadWriteLock paths = new ReentrantReadWriteLock();

    HubRequestMapping(PlatformHttpComponent component, PlatformHttpEngine engine) {
        super(component, engine);
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
