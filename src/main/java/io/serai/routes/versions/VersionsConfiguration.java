// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.versions;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.HubName;
import io.serai.routes.reload.Reloader;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class VersionsConfiguration {

    private static final int HEARTBEAT_SECONDS = 5;

    @Bean
    Versions routeVersions(JdbcClient jdbc, ObjectMapper json) {
        return new Versions(jdbc, json);
    }

    @Bean
    Hubs routeHubs(JdbcClient jdbc, ObjectMapper json, HubName hub) {
        return new Hubs(jdbc, json, hub.value());
    }

    @Bean(destroyMethod = "withdraw")
    StoredJournal routeJournal(Versions versions, Hubs hubs, Reloader reloader, ScheduledExecutorService routesTimer) {
        var journal = new StoredJournal(versions, hubs, () -> reloader.files().values());
        routesTimer.scheduleWithFixedDelay(journal::store, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        return journal;
    }
}
