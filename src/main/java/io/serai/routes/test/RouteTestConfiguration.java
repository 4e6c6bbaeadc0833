// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.BusProperties;
import java.util.List;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
class RouteTestConfiguration {

    @Bean
    RouteTester routeTester(
            ListableBeanFactory hub,
            Environment environment,
            ObjectMapper json,
            BusProperties bus,
            ObjectProvider<List<CamelContextConfiguration>> configurations) {
        return new RouteTester(
                new HubBeans(hub),
                environment,
                json,
                bus,
                camel -> configurations.getIfAvailable(List::of).forEach(each -> each.beforeApplicationStart(camel)));
    }
}
