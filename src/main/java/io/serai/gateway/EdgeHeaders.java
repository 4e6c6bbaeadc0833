// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.message.CredentialNames;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.DelegateEndpoint;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.spi.HeaderFilterStrategyAware;
import org.jspecify.annotations.Nullable;

/**
 * Filters the headers of every endpoint that maps them to another system's: what belongs to one connection never passes,
 * and a credential of one system never goes to another, unless the route sets it.
 */
final class EdgeHeaders implements HeaderFilterStrategy {

    /** Steers components; headers are found in any case, and not every strategy of Camel drops every case. */
    private static final Pattern STEERING = Pattern.compile("(?i)camel|org\\.apache\\.camel\\.");

    private final HeaderFilterStrategy own;

    private EdgeHeaders(HeaderFilterStrategy own) {
        this.own = own;
    }

    /** To be called before any route is there. */
    static void guard(CamelContext context) {
        EndpointStrategy edges = (uri, endpoint) -> {
            guard(endpoint);
            return endpoint;
        };
        context.getCamelContextExtension().registerEndpointCallback(edges);
        context.getCamelContextExtension().addInterceptStrategy(new HeadersSetByRoute());
    }

    private static void guard(Endpoint endpoint) {
        if (endpoint instanceof DelegateEndpoint outer) {
            guard(outer.getEndpoint());
            return;
        }
        if (endpoint instanceof HttpEndpoint partner) {
            PartnerRedirects.guard(partner);
        }
        if (endpoint instanceof HeaderFilterStrategyAware edge
                && !(endpoint instanceof PlatformHttpEndpoint)
                && edge.getHeaderFilterStrategy() != null
                && !(edge.getHeaderFilterStrategy() instanceof EdgeHeaders)) {
            edge.setHeaderFilterStrategy(new EdgeHeaders(edge.getHeaderFilterStrategy()));
        }
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, @Nullable Exchange exchange) {
        if (CredentialNames.isOfOneConnection(name)
                || STEERING.matcher(name).lookingAt()
                || own.applyFilterToExternalHeaders(name, value, exchange)) {
            return true;
        }
        // some components name no exchange
        if (exchange != null) {
            OutsideHeaders.add(exchange, name, value);
        }
        return false;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, @Nullable Exchange exchange) {
        return CredentialNames.isOfOneConnection(name)
                || (CredentialNames.isCredential(name)
                        && exchange != null
                        && OutsideHeaders.contain(exchange, name, value))
                || own.applyFilterToCamelHeaders(name, value, exchange);
    }
}
