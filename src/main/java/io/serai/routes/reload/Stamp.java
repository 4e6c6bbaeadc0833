// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.serai.bus.component.RouteVersion;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;

/**
 * Stamps routes, and what they handle, with the hash of the file they come from. A factory of policies, since these reach
 * routes of templates, kamelets and rests too.
 */
final class Stamp implements RoutePolicyFactory {

    /** Of the file whose routes are being made. */
    private volatile String version = "";

    void of(String fileHash) {
        version = fileHash;
    }

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode route) {
        var stamped = version;
        return stamped.isEmpty() ? null : new OnEach(stamped);
    }

    private static final class OnEach extends RoutePolicySupport {

        private final String version;

        OnEach(String version) {
            this.version = version;
        }

        @Override
        public void onInit(Route route) {
            route.getProperties().put(RouteVersion.PROPERTY, version);
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            exchange.setProperty(RouteVersion.PROPERTY, version);
        }
    }
}
