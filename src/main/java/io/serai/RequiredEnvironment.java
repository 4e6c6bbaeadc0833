// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.context.config.ConfigDataEnvironmentPostProcessor;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.env.EnvironmentPostProcessor;
import org.springframework.boot.env.OriginTrackedMapPropertySource;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Ends the start at once, naming every environment variable that the configuration files need and that is not set or empty.
 *
 * <p>Spring would go on until one is used, and name that one only. A value that something of higher precedence replaces
 * needs no variable; neither does one with a default ({@code ${NAME:default}}).
 */
final class RequiredEnvironment implements EnvironmentPostProcessor, Ordered {

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{([A-Z][A-Z0-9_]*)}");

    /** After the configuration files are read. */
    @Override
    public int getOrder() {
        return ConfigDataEnvironmentPostProcessor.ORDER + 1;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication hub) {
        var missing = new TreeSet<String>();
        environment.getPropertySources().stream()
                .filter(OriginTrackedMapPropertySource.class::isInstance)
                .map(OriginTrackedMapPropertySource.class::cast)
                .flatMap(file -> Stream.of(file.getPropertyNames())
                        .filter(key -> holds(environment, file, key))
                        .map(key -> String.valueOf(file.getProperty(key))))
                .flatMap(value -> REFERENCE.matcher(value).results())
                .map((MatchResult reference) -> reference.group(1))
                .filter(name -> Optional.ofNullable(environment.getProperty(name))
                        .orElse("")
                        .isBlank())
                .forEach(missing::add);
        if (!missing.isEmpty()) {
            throw new EnvironmentIncomplete(missing);
        }
    }

    private static boolean holds(ConfigurableEnvironment environment, OriginTrackedMapPropertySource file, String key) {
        return environment.getPropertySources().stream()
                // a view of all the others, which would answer for them
                .filter(source -> !source.getName().equals("configurationProperties"))
                .filter(source -> source.containsProperty(key) || holdsListOf(source, key))
                .findFirst()
                .filter(file::equals)
                .isPresent();
    }

    /**
     * A list is replaced as a whole: {@code --serai.security.users=} leaves nothing of the one in a file, and neither does
     * {@code SERAI_SECURITY_USERS_0_NAME}.
     */
    private static boolean holdsListOf(PropertySource<?> source, String key) {
        var index = key.indexOf('[');
        var names = ConfigurationPropertySource.from(source);
        if (index < 0 || !(names instanceof IterableConfigurationPropertySource listed)) {
            return false;
        }
        var list = ConfigurationPropertyName.adapt(key.substring(0, index), '.');
        return listed.stream()
                .anyMatch(name -> list.equals(name)
                        || (list.isAncestorOf(name) && name.isNumericIndex(list.getNumberOfElements())));
    }
}
