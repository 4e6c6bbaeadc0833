// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Holds and guards the data directory as soon as broker or database is embedded. */
@Configuration(proxyBeanMethods = false)
@Conditional(OnEmbedded.Any.class)
class EmbeddedConfiguration {

    @Bean
    DataDirectory dataDirectory(EmbeddedProperties properties) {
        return new DataDirectory(properties.data());
    }

    @Bean(initMethod = "start")
    DiskSpace diskSpace(DataDirectory directory, EmbeddedProperties properties) {
        return new DiskSpace(directory.resolve("."), properties.disk().minFree().toBytes());
    }

    @Bean
    HealthIndicator diskHealthIndicator(DiskSpace disk) {
        return new DiskHealth(disk);
    }

    /** Last in the chain, so that it speaks only to who was let in. Lazy, since filters are made before most of MVC. */
    @Bean
    FilterRegistrationBean<DiskFilter> diskFilter(
            DiskSpace disk, @Lazy @Qualifier("handlerExceptionResolver") HandlerExceptionResolver problems) {
        var registration = new FilterRegistrationBean<>(new DiskFilter(disk, problems));
        registration.addUrlPatterns("/api/*");
        return registration;
    }
}
