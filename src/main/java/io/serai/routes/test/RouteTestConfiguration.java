// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.BusProperties;
import io.serai.routes.HubBeans;
import java.util.List;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.Language;
import org.apache.camel.spi.ResourceResolver;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionManager;

@Configuration(proxyBeanMethods = false)
class RouteTestConfiguration {

    /** What leads to the hub's database, its broker and its own Camel: a test has it in its own way or not at all. */
    private static final List<Class<?>> WITHHELD = List.of(
            DataSource.class,
            JdbcOperations.class,
            JdbcClient.class,
            TransactionManager.class,
            CamelContext.class,
            Component.class,
            Language.class,
            ResourceResolver.class,
            RoutesBuilder.class);

    @Bean
    RouteTester routeTester(
            ListableBeanFactory hub,
            Environment environment,
            ObjectMapper json,
            BusProperties bus,
            ObjectProvider<List<CamelContextConfiguration>> configurations) {
        return new RouteTester(
                // what Camel looks up by type is made for the hub's own
                new HubBeans(hub, WITHHELD, type -> !type.getName().startsWith("org.apache.camel.")),
                environment,
                json,
                bus,
                camel -> configurations.getIfAvailable(List::of).forEach(each -> each.beforeApplicationStart(camel)));
    }
}
