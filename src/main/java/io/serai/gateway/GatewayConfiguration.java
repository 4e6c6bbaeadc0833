// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.BusProperties;
import io.serai.bus.EventPublisher;
import io.serai.bus.outbox.StoreAndForward;
import io.serai.gateway.gate.RoutesAwaited;
import io.serai.http.ProblemWriter;
import jakarta.servlet.DispatcherType;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpComponent;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;
import org.apache.camel.spi.RestClientRequestValidator;
import org.apache.camel.spi.RestClientResponseValidator;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.processor.DefaultRestClientResponseValidator;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.DependsOn;
import org.springframework.core.Ordered;
import org.springframework.http.converter.json.MappingJackson2HttpMessageConverter;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.servlet.config.annotation.InterceptorRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

@Configuration(proxyBeanMethods = false)
class GatewayConfiguration {

    @Bean
    EventIntake eventIntake(
            EventPublisher publisher,
            StoreAndForward storeAndForward,
            GatewayProperties properties,
            ObjectMapper json,
            MeterRegistry meters) {
        return properties.storeAndForward()
                ? new EventIntake(storeAndForward::publish, json, meters)
                : new EventIntake(
                        events -> events.stream().map(publisher::publish).toList(), json, meters);
    }

    @Bean
    Admission admission(BusProperties bus, PublisherProperties publishers) {
        return new Admission(bus.source(), publishers.reservedTypes());
    }

    /** Whether events are taken, by broker or outbox; that the broker alone is away makes no hub unready. */
    @Bean
    HealthIndicator intakeHealthIndicator(
            EventPublisher publisher, StoreAndForward storeAndForward, GatewayProperties properties) {
        return () -> {
            var open = properties.storeAndForward() ? storeAndForward.isOpen() : publisher.isUp();
            return (open ? Health.up() : Health.down()).build();
        };
    }

    @Bean
    FilterRegistrationBean<StartFilter> startFilter(
            CamelContext camel, ObjectProvider<RoutesAwaited> routes, ProblemWriter problems) {
        var awaited = routes.getIfAvailable(() -> camel::isStarted);
        var registration = new FilterRegistrationBean<>(new StartFilter(awaited, problems));
        registration.addUrlPatterns("/api/*");
        return registration;
    }

    /** What every answer of the hub goes through; needs nothing but JSON. */
    @Configuration(proxyBeanMethods = false)
    static class Edge {

        /** After the observation filter, so that metrics see the whole request; before all that touch the response. */
        private static final int ANSWERS = Ordered.HIGHEST_PRECEDENCE + 10;

        /** Before the filters of security, which come before all that could read a body (spring.security.filter.order). */
        private static final int BODY_LIMIT = -30_000;

        @Bean
        FilterRegistrationBean<AnswerFilter> answerFilter(ProblemWriter problems) {
            var registration = new FilterRegistrationBean<>(new AnswerFilter(problems));
            registration.setOrder(ANSWERS);
            registration.setDispatcherTypes(DispatcherType.REQUEST);
            return registration;
        }

        @Bean
        FilterRegistrationBean<BodyLimitFilter> bodyLimitFilter(
                ProblemWriter problems,
                GatewayProperties properties,
                @Value("${server.tomcat.threads.max:200}") int threads) {
            var registration = new FilterRegistrationBean<>(new BodyLimitFilter(
                    problems, properties.maxBodySize().toBytes(), properties.bodyTimeout(), new BodyReads(threads)));
            registration.setOrder(BODY_LIMIT);
            registration.setDispatcherTypes(DispatcherType.REQUEST);
            return registration;
        }

        /** A member that the hub's own API does not know is refused; routes share the other mapper, and take what may come. */
        @Bean
        MappingJackson2HttpMessageConverter strictJson(ObjectMapper json) {
            return new MappingJackson2HttpMessageConverter(
                    json.copy().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES));
        }

        @Bean
        WebMvcConfigurer knownParameters() {
            return new WebMvcConfigurer() {
                @Override
                public void addInterceptors(InterceptorRegistry registry) {
                    registry.addInterceptor(new KnownParameters()).addPathPatterns("/api/**");
                }
            };
        }

        @Bean
        RestClientRequestValidator restRequestValidator(ObjectMapper json) {
            return new RestRequestValidator(json);
        }

        /** An answer that is not what its route has promised is a fault of the route (500), told as a problem. */
        @Bean
        RestClientResponseValidator restResponseValidator() {
            var camels = new DefaultRestClientResponseValidator();
            return (exchange, expected) -> {
                var error = camels.validate(exchange, expected);
                if (error != null) {
                    throw new IllegalStateException("answering request: " + error.body());
                }
                return error;
            };
        }

        @Bean
        CamelContextConfiguration edgeHeaders() {
            return new CamelContextConfiguration() {
                @Override
                public void beforeApplicationStart(CamelContext context) {
                    EdgeHeaders.guard(context);
                    BoundedSchemas.guard(context);
                }

                @Override
                public void afterApplicationStart(CamelContext context) {}
            };
        }

        @Bean("platform-http-engine")
        PlatformHttpEngine platformHttpEngine(
                @Value("${server.port:8080}") int port,
                ProblemWriter problems,
                GatewayProperties properties,
                ObjectProvider<HubRequestMapping> paths) {
            // before any route parses
            XmlBounds.set(properties.maxDepth());
            return new HubHttpEngine(
                    port,
                    problems,
                    properties.answerTimeout(),
                    new JsonMembers(properties.maxMembers()),
                    SingletonSupplier.of(paths::getObject));
        }

        /** In place of Camel's; see {@code spring.autoconfigure.exclude}. */
        @Bean
        @DependsOn("configurePlatformHttpComponent")
        HubRequestMapping hubRequestMapping(
                PlatformHttpEngine engine,
                CamelContext routes,
                @Qualifier("requestMappingHandlerMapping") ObjectProvider<RequestMappingHandlerMapping> own) {
            return new HubRequestMapping(
                    routes.getComponent("platform-http", PlatformHttpComponent.class),
                    engine,
                    SingletonSupplier.of(own::getObject));
        }
    }
}
