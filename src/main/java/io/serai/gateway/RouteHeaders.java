// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.spi.HeaderFilterStrategy;

/**
 * Keeps HTTP headers, query and form parameters from steering a route: what starts with a prefix that Camel or the hub
 * gives a meaning to never becomes an exchange header, and the hub's own never become response headers.
 */
final class RouteHeaders implements HeaderFilterStrategy {

    /** {@code Camel*} steers components; the breadcrumb and the rest would let a client forge journeys. */
    private static final List<String> FROM_OUTSIDE =
            List.of("camel", "org.apache.camel", "serai", "cloudevents", "ce-", "ce_", "breadcrumbid", "operationn");

    private static final List<String> TO_OUTSIDE = List.of("serai-", "cloudevents", "breadcrumbid");

    private final HeaderFilterStrategy http;

    RouteHeaders(HeaderFilterStrategy http) {
        this.http = http;
    }

    @Override
    public boolean applyFilterToExternalHeaders(String name, Object value, Exchange exchange) {
        return startsWithAny(name, FROM_OUTSIDE) || http.applyFilterToExternalHeaders(name, value, exchange);
    }

    @Override
    public boolean applyFilterToCamelHeaders(String name, Object value, Exchange exchange) {
        return startsWithAny(name, TO_OUTSIDE) || http.applyFilterToCamelHeaders(name, value, exchange);
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
