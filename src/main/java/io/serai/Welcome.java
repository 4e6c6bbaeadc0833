// SPDX-License-Identifier: Apache-2.0
package io.serai;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.boot.web.context.WebServerApplicationContext;
import org.springframework.boot.web.server.Ssl;
import org.springframework.context.ApplicationListener;
import org.springframework.stereotype.Component;

/** Says where the hub listens and what to try first. */
@Component
class Welcome implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger LOG = LoggerFactory.getLogger(Welcome.class);

    private final ServerProperties server;

    Welcome(ServerProperties server) {
        this.server = server;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent ready) {
        if (ready.getApplicationContext() instanceof WebServerApplicationContext web && web.getWebServer() != null) {
            var scheme = Ssl.isEnabled(server.getSsl()) ? "https" : "http";
            var address = scheme + "://localhost:" + web.getWebServer().getPort();
            LOG.info("""
                    Serai listens on {}. Try:
                      curl -N '{}/api/events/stream'
                      curl -H 'Content-Type: application/json' -d '{"n": 1}' {}/api/events/parcel.arrived
                      curl -H 'Content-Type: application/json' -d '{"name":"Ada","email":"ada@example.com"}' {}/api/users
                    """.strip(), address, address, address, address);
        }
    }
}
