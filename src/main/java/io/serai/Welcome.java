// SPDX-License-Identifier: Apache-2.0
package io.serai;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.boot.web.server.Ssl;
import org.springframework.context.ApplicationListener;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.www.BasicAuthenticationFilter;
import org.springframework.stereotype.Component;

/** Says where the hub listens and what to try first. */
@Component
class Welcome implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(Welcome.class);

    private final ServerProperties server;
    private final ObjectProvider<SecurityFilterChain> security;

    Welcome(ServerProperties server, ObjectProvider<SecurityFilterChain> security) {
        this.server = server;
        this.security = security;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() instanceof WebServerApplicationContext web && web.getWebServer() != null) {
            var scheme = Ssl.isEnabled(server.getSsl()) ? "https" : "http";
            var address = scheme + "://localhost:" + web.getWebServer().getPort();
            var curl = needsLogin() ? "curl -u USER:PASSWORD" : "curl";
            LOG.info("""
                    Serai listens on {}. Try:
                      {} -N '{}/api/events/stream'
                      {} -H 'Content-Type: application/json' -d '{"n": 1}' {}/api/events/parcel.arrived
                      {} -H 'Content-Type: application/json' -d '{"name":"Ada","email":"ada@example.com"}' {}/api/users
                    """.strip(), address, curl, address, curl, address, curl, address);
        }
    }

    private boolean needsLogin() {
        return security.stream()
                .flatMap(chain -> chain.getFilters().stream())
                .anyMatch(BasicAuthenticationFilter.class::isInstance);
    }
}
