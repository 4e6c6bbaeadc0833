// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.message.CredentialNames;
import java.util.List;
import java.util.Locale;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Keeps HTTP headers, query and form parameters from steering a route: what starts with a prefix that Camel or the hub
 * gives a meaning to never becomes an exchange header, and a response holds only what the route has set.
 *
 * <p>A credential of the caller becomes an exchange property, like {@code caller-x-api-key}: a route can check it, and no
 * endpoint sends it on.
 */
final class RouteHeaders implements HeaderFilterStrategy {

    /** {@code Camel*} steers components; the breadcrumb and the rest would let a client forge journeys. */
    private static final List<String> FROM_OUTSIDE =
            List.of("camel", "org.apache.camel", "serai", "cloudevents", "ce-", "ce_", "breadcrumbid", "operationn");

    private static final List<String> TO_OUTSIDE = List.of("serai-", "cloudevents", "breadcrumbid");

    /** Before the name of a credential, in lower case. */
    private static final String PROPERTY = "caller-";

    /** The credentials that servers give, in place of taking them. */
    private static final List<String> OF_SERVERS = List.of("set-cookie", "www-authenticate", "authentication-info");

    private final HeaderFilterStrategy http;

    RouteHeaders(HeaderFilterStrategy http) {
        this.http = http;
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        if (startsWithAny(name, FROM_OUTSIDE)
                || CredentialNames.isOfOneConnection(name)
                || http.applyFilterToExternalHeaders(name, value, exchange)) {
            return true;
        }
        if (CredentialNames.isCredential(name)) {
            exchange.setProperty(PROPERTY + name.toLowerCase(Locale.ROOT), value);
            return true;
        }
        return false;
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return startsWithAny(name, TO_OUTSIDE)
                || CredentialNames.isOfOneConnection(name)
                || (CredentialNames.isCredential(name) && !OF_SERVERS.contains(name.toLowerCase(Locale.ROOT)))
                || OutsideHeaders.contain(exchange, name, value)
                || http.applyFilterToCamelHeaders(name, value, exchange);
    }

    /** Whether the caller has sent that credential, which is no header of the route. */
    static boolean isCredentialOfCaller(Exchange exchange, String name) {
        return exchange.getProperty(PROPERTY + name.toLowerCase(Locale.ROOT)) != null;
    }

    private static boolean startsWithAny(String name, List<String> prefixes) {
        for (var prefix : prefixes) {
            if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                return true;
            }
        }
        return false;
    }
}
