// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import io.serai.bus.Subscriptions;
import io.serai.bus.component.FailingInputs;
import io.serai.message.SecretValues;
import io.serai.routes.lint.PolicyNames;
import io.serai.routes.lint.RouteLinter;
import io.serai.routes.reload.Journal;
import io.serai.routes.reload.Lint;
import io.serai.routes.reload.Reloader;
import io.serai.routes.reload.RouteFolder;
import io.serai.routes.versions.Hubs;
import io.serai.routes.versions.Versions;
import io.serai.telemetry.Rates;
import java.time.Clock;
import org.apache.camel.CamelContext;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

@Configuration(proxyBeanMethods = false)
class RoutesConfiguration {

    @Bean
    LastErrors lastErrors(FailingInputs inputs, Clock clock, SecretValues secrets) {
        return new LastErrors(inputs, clock, secrets);
    }

    @Bean
    RouteSecrets routeSecrets(SecretValues secrets) {
        return new RouteSecrets(secrets);
    }

    /** Up also with bad files, since what ran before runs on; the details say which. */
    @Bean
    HealthIndicator routeFilesHealthIndicator(Reloader reloader) {
        return () -> Health.up()
                .withDetail(
                        "refused", reloader.refused().keySet().stream().sorted().toList())
                .build();
    }

    /** An {@code ordered} that has changed is found before anything stops; what the database cannot say is not asked. */
    @Bean
    Lint routeLint(Environment environment, Subscriptions subscriptions) {
        var linter =
                new RouteLinter(PolicyNames.in(environment), subscriptions::isOrdered, environment::containsProperty);
        return linter::lint;
    }

    @Bean
    RouteFiles routeFiles(RouteFolder folder, Reloader reloader, Journal journal) {
        return new RouteFiles(folder, reloader, journal);
    }

    @Bean
    FilterRegistrationBean<RouteFilePaths> routeFilePaths() {
        var registration = new FilterRegistrationBean<>(new RouteFilePaths());
        registration.addUrlPatterns(RouteFilePaths.AT + "*");
        return registration;
    }

    @Bean
    RouteCatalog routeCatalog(
            CamelContext camel,
            Reloader reloader,
            Versions versions,
            Hubs hubs,
            LastErrors errors,
            Rates rates,
            RoutesProperties properties,
            SecretValues secrets) {
        return new RouteCatalog(camel, reloader, versions, hubs, errors, rates, properties, secrets);
    }
}
