// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class RequiredEnvironmentTest {

    private static final Map<String, Object> FILE = Map.of(
            "server.address", "${T_ADDRESS:0.0.0.0}",
            "spring.datasource.url", "${T_DATABASE_URL}",
            "serai.security.users[0].name", "${T_ADMIN_NAME}",
            "serai.security.users[1].name", "${T_METRICS_NAME}");

    @Test
    void whatIsMissingIsNamedAtOnce() {
        assertThat(missing(Map.of())).containsExactly("T_ADMIN_NAME", "T_DATABASE_URL", "T_METRICS_NAME");
        assertThat(missing(Map.of("T_ADMIN_NAME", "ann", "T_DATABASE_URL", " ")))
                .containsExactly("T_DATABASE_URL", "T_METRICS_NAME");
    }

    @Test
    void whatIsReplacedNeedsNoVariable() {
        assertThat(missing(Map.of("spring.datasource.url", "jdbc:h2:mem:x")))
                .containsExactly("T_ADMIN_NAME", "T_METRICS_NAME");
    }

    @Test
    void aListIsReplacedAsAWhole() {
        assertThat(missing(Map.of("serai.security.users", ""))).containsExactly("T_DATABASE_URL");
        assertThat(missing(Map.of("serai.security.users[0].name", "ann"))).containsExactly("T_DATABASE_URL");
    }

    @Test
    void aListIsReplacedByEnvironmentVariablesToo() {
        assertThat(missing(new SystemEnvironmentPropertySource(
                        "other-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of("SERAI_SECURITY_USERS_0_NAME", "ann"))))
                .containsExactly("T_DATABASE_URL");
        // another key, though its name begins like that of the list
        assertThat(missing(new SystemEnvironmentPropertySource(
                        "other-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        Map.of("SERAI_SECURITY_USERS_FILE", "users.yaml"))))
                .containsExactly("T_ADMIN_NAME", "T_DATABASE_URL", "T_METRICS_NAME");
    }

    private static Set<String> missing(Map<String, Object> arguments) {
        return missing(new MapPropertySource("arguments", arguments));
    }

    private static Set<String> missing(PropertySource<?> first) {
        var environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(first);
        environment.getPropertySources().addLast(new OriginTrackedMapPropertySource("file", FILE));
        var incomplete = catchThrowableOfType(
                EnvironmentIncomplete.class,
                () -> new RequiredEnvironment().postProcessEnvironment(environment, new SpringApplication()));
        return incomplete.missing();
    }
}
