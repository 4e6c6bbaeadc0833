// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import org.apache.camel.component.http.CompositeHttpConfigurer;
import org.apache.camel.component.http.HttpEndpoint;
import org.apache.hc.client5.http.impl.DefaultRedirectStrategy;
import org.apache.hc.client5.http.impl.DefaultSchemePortResolver;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.protocol.HttpContext;

/**
 * Follows a redirect only within the scheme, host and port that the route has named, so that a partner cannot have the
 * credentials and the body that are meant for it sent elsewhere. Any other is an answer like each that is no success.
 */
final class PartnerRedirects extends DefaultRedirectStrategy {

    private static final PartnerRedirects INSTANCE = new PartnerRedirects();

    private PartnerRedirects() {}

    /** To be called before the endpoint makes its client. */
    static void guard(HttpEndpoint endpoint) {
        // starts what it is made of, as the endpoint would
        var both = new CompositeHttpConfigurer();
        both.addConfigurer(endpoint.getHttpClientConfigurer());
        both.addConfigurer(client -> client.setRedirectStrategy(INSTANCE));
        endpoint.setHttpClientConfigurer(both);
    }

    @Override
    public boolean isRedirectAllowed(HttpHost current, HttpHost target, HttpRequest redirect, HttpContext context) {
        return current.getSchemeName().equalsIgnoreCase(target.getSchemeName())
                && current.getHostName().equalsIgnoreCase(target.getHostName())
                && port(current) == port(target);
    }

    private static int port(HttpHost host) {
        return DefaultSchemePortResolver.INSTANCE.resolve(host);
    }
}
