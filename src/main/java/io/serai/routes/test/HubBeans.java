// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionManager;

/**
 * The hub's beans, for routes under test: all but those that lead to its database, its broker and its own Camel, which a
 * test has in its own way or not at all.
 */
final class HubBeans implements BeanRepository {

    private static final List<Class<?>> WITHHELD = List.of(
            DataSource.class,
            JdbcOperations.class,
            JdbcClient.class,
            TransactionManager.class,
            CamelContext.class,
            Component.class,
            RoutesBuilder.class);

    private final ListableBeanFactory hub;

    HubBeans(ListableBeanFactory hub) {
        this.hub = hub;
    }

    @Override
    public @Nullable Object lookupByName(String name) {
        return lookupByNameAndType(name, Object.class);
    }

    @Override
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
        try {
            var found = hub.containsBean(name) ? hub.getType(name) : null;
            return found == null || isWithheld(found) ? null : hub.getBean(name, type);
        } catch (NoSuchBeanDefinitionException | BeanNotOfRequiredTypeException none) {
            return null;
        }
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        if (isWithheld(type) || type.getName().startsWith("org.apache.camel.")) {
            // what Camel looks up by type is made for the hub's own Camel
            return Map.of();
        }
        return hub.getBeansOfType(type).entrySet().stream()
                .filter(bean -> !isWithheld(bean.getValue().getClass()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return Set.copyOf(findByTypeWithName(type).values());
    }

    private static boolean isWithheld(Class<?> type) {
        return WITHHELD.stream().anyMatch(withheld -> withheld.isAssignableFrom(type));
    }
}
