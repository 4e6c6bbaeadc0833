// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.cli;

import io.serai.routes.lint.PolicyNames;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

/** The hub's configuration as it would be if it were started here: files, environment and profiles. */
final class Configuration {

    private final ConfigurableEnvironment environment = new StandardEnvironment();

    Configuration(Map<String, Object> defaults) {
        environment.getPropertySources().addLast(new MapPropertySource("defaultProperties", defaults));
        ConfigDataEnvironmentPostProcessor.applyTo(environment);
    }

    Path routes() {
        return Path.of(environment.getRequiredProperty("serai.routes.directory"));
    }

    boolean has(String property) {
        return environment.containsProperty(property);
    }

    Set<String> retryPolicies() {
        return PolicyNames.in(environment);
    }
}
