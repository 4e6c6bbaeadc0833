// SPDX-License-Identifier: Apache-2.0
package io.serai.registry;

import com.github.benmanes.caffeine.cache.Ticker;
import io.serai.message.HubName;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

@Configuration(proxyBeanMethods = false)
class RegistryConfiguration {

    @Bean
    AnnouncedServices announcedServices(JdbcClient jdbc, RegistryProperties properties) {
        return new AnnouncedServices(jdbc, properties.maxInstances());
    }

    /** Routes call it by this name. */
    @Bean
    Services services(AnnouncedServices announced, RegistryProperties properties) {
        return new Services(announced, Ticker.systemTicker(), new AllowedAddresses(properties.trustedAddresses()));
    }

    @Bean
    OwnServices ownServices(
            AnnouncedServices announced,
            Services services,
            RegistryProperties properties,
            ServerProperties server,
            HubName hub) {
        return new OwnServices(announced, services, properties, server, hub);
    }
}
