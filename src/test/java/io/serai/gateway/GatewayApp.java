// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Event;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The gateway alone, on a real server, in front of a publisher that a test steers. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        excludeName = {
            "org.springframework.boot.autoconfigure.amqp.RabbitAutoConfiguration",
            "org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration",
            "org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration",
            "org.springframework.boot.autoconfigure.security.servlet.SecurityAutoConfiguration",
            "org.springframework.boot.autoconfigure.security.servlet.UserDetailsServiceAutoConfiguration",
            "org.springframework.boot.actuate.autoconfigure.security.servlet.ManagementWebSecurityAutoConfiguration"
        })
@EnableConfigurationProperties(GatewayProperties.class)
@ComponentScan({"io.serai.gateway.problem", "io.serai.http"})
@Import({GatewayConfiguration.Edge.class, EventsController.class})
class GatewayApp {

    /** Takes events as the bus does: the future completes later, on another thread. */
    static final class Broker {

        final List<Event> events = new CopyOnWriteArrayList<>();
        volatile Function<Event, CompletableFuture<Void>> publish = this::confirm;

        CompletableFuture<Void> confirm(Event event) {
            return CompletableFuture.runAsync(() -> events.add(event));
        }

        void reset() {
            events.clear();
            publish = this::confirm;
        }
    }

    @Bean
    Broker broker() {
        return new Broker();
    }

    @Bean
    EventIntake eventIntake(Broker broker, ObjectMapper json, MeterRegistry meters) {
        return new EventIntake(
                events ->
                        events.stream().map(each -> broker.publish.apply(each)).toList(),
                json,
                meters);
    }

    @Bean
    Admission admission() {
        return new Admission("/serai", List.of("system.#"));
    }

    /** In place of a login. */
    @Bean
    Filter userOfTheTest() {
        return (request, response, chain) -> {
            var http = (HttpServletRequest) request;
            chain.doFilter(
                    new HttpServletRequestWrapper(http) {
                        @Override
                        public String getRemoteUser() {
                            return http.getHeader("X-Test-User");
                        }
                    },
                    response);
        };
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
