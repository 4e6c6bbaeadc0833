// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.util.StringUtils;

/** What is embedded: whatever has no address configured. An empty address counts as none. */
final class OnEmbedded {

    private OnEmbedded() {}

    static final class Broker implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !isSet(context.getEnvironment(), "spring.rabbitmq.host", "spring.rabbitmq.addresses");
        }
    }

    static final class Database implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return !isSet(context.getEnvironment(), "spring.datasource.url");
        }
    }

    static final class Any implements Condition {

        @Override
        public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
            return new Broker().matches(context, metadata) || new Database().matches(context, metadata);
        }
    }

    /** By Boot's binder, which also knows lists and the names of environment variables. */
    private static boolean isSet(Environment environment, String... names) {
        var binder = Binder.get(environment);
        return Stream.of(names)
                .flatMap(name -> binder.bind(name, Bindable.listOf(String.class)).orElse(List.of()).stream())
                .anyMatch(StringUtils::hasText);
    }
}
