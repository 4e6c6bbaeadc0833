// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import org.apache.camel.Exchange;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * The version of a route: the hash of the file content it was made of. Whoever makes routes sets it as their property, and
 * on what they handle.
 */
public final class RouteVersion {

    /** Of a route, and of exchanges: there, of the route that took it last. */
    public static final String PROPERTY = "SeraiRouteVersion";

    private RouteVersion() {}

    /** Of the route that has the exchange in hand; null where no file made it. */
    static @Nullable String of(Exchange exchange) {
        var route = ExchangeHelper.getRoute(exchange);
        var version = route == null
                ? exchange.getProperty(PROPERTY)
                : route.getProperties().get(PROPERTY);
        return version instanceof String text ? text : null;
    }
}
