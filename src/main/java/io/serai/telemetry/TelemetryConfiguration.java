// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.github.resilience4j.micrometer.tagged.TaggedCircuitBreakerMetrics;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.EventPublisher;
import io.serai.bus.RefusedTopology;
import io.serai.bus.component.FailingInputs;
import io.serai.message.HubName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.ServiceStatus;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthEndpointGroup;
import org.springframework.boot.actuate.health.HealthEndpointGroups;
import org.springframework.boot.actuate.health.HealthEndpointGroupsPostProcessor;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

@Configuration(proxyBeanMethods = false)
class TelemetryConfiguration {

    @Bean
    RouteCounts routeCounts(MeterRegistry meters) {
        return new RouteCounts(meters);
    }

    @Bean
    Rates rates(MeterRegistry meters, ScheduledExecutorService ratesTimer) {
        var rates = new Rates(meters, new Samples(System::nanoTime));
        ratesTimer.scheduleAtFixedRate(rates::sample, 0, 1, TimeUnit.SECONDS);
        return rates;
    }

    @Bean(destroyMethod = "shutdownNow")
    ScheduledExecutorService ratesTimer() {
        return new ScheduledThreadPoolExecutor(1, task -> {
            var worker = new Thread(task, "rates");
            worker.setDaemon(true);
            return worker;
        });
    }

    @Bean
    InfoContributor hubInfo(HubName hub) {
        return info -> info.withDetail("hub", Map.of("name", hub.value()));
    }

    @Bean
    Gauge busUp(MeterRegistry meters, EventPublisher publisher) {
        return Gauge.builder("serai.bus.up", publisher, each -> each.isUp() ? 1 : 0)
                .description("Whether the broker takes events")
                .register(meters);
    }

    /** Asks at each scrape, as health does at each call. */
    @Bean
    Gauge databaseUp(MeterRegistry meters, HealthIndicator dbHealthIndicator) {
        return Gauge.builder(
                        "serai.database.up",
                        dbHealthIndicator,
                        each -> Status.UP.equals(each.health().getStatus()) ? 1 : 0)
                .description("Whether the database takes changes")
                .register(meters);
    }

    /** Camel makes the breakers of its routes in this one; each shows in the meters {@code resilience4j.circuitbreaker.*}. */
    @Bean
    CircuitBreakerRegistry circuitBreakers(MeterRegistry meters) {
        var breakers = CircuitBreakerRegistry.ofDefaults();
        TaggedCircuitBreakerMetrics.ofCircuitBreakerRegistry(breakers).bindTo(meters);
        return breakers;
    }

    @Bean
    HealthIndicator brokerHealthIndicator(EventPublisher publisher, RefusedTopology refused) {
        return () -> {
            var causes = refused.causes();
            return (publisher.isUp() && causes.isEmpty() ? Health.up() : Health.down())
                    .withDetail("refused", causes)
                    .build();
        };
    }

    /** Part of readiness, for its details only: what is accepted is kept, so a hub that reads not all is still of use. */
    @Bean
    HealthIndicator topologyHealthIndicator(RefusedTopology refused) {
        return () -> Health.up().withDetail("refused", refused.causes()).build();
    }

    /** In place of Boot's, which asks a question. */
    @Bean
    HealthIndicator dbHealthIndicator(JdbcTemplate jdbc) {
        return new DatabaseHealth(jdbc);
    }

    /** Up also where some are stopped, which people do, or get nothing to do: the ledger warns of both. */
    @Bean
    HealthIndicator routesHealthIndicator(CamelContext context, FailingInputs inputs) {
        return () -> {
            var down = context.getRoutes().stream()
                    .map(route -> route.getRouteId())
                    .filter(id -> context.getRouteController().getRouteStatus(id) != ServiceStatus.Started)
                    .toList();
            return (context.isStarted() ? Health.up() : Health.down())
                    .withDetail("notStarted", down)
                    .withDetail("failing", inputs.list())
                    .build();
        };
    }

    @Bean
    static HealthEndpointGroupsPostProcessor processHealth() {
        return groups -> {
            var named = new LinkedHashMap<String, HealthEndpointGroup>();
            groups.getNames().forEach(name -> named.put(name, groups.get(name)));
            return HealthEndpointGroups.of(new ProcessHealth(groups.getPrimary()), named);
        };
    }
}
