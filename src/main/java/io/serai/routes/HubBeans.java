// SPDX-License-Identifier: Apache-2.0
package io.serai.routes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;

/** The hub's beans for routes in a Camel of their own: all but those that would tie them to the running hub. */
@SuppressWarnings("NullAway") // null is how a repository says that it does not know
public final class HubBeans implements BeanRepository {

    private final ListableBeanFactory hub;
    private final List<Class<?>> withheld;
    private final Predicate<Class<?>> findable;

    /**
     * Makes them.
     *
     * @param withheld beans of these types are not there
     * @param findable types that are looked up by type alone; none of any other is found so
     */
    public HubBeans(ListableBeanFactory hub, List<Class<?>> withheld, Predicate<Class<?>> findable) {
        this.hub = hub;
        this.withheld = List.copyOf(withheld);
        this.findable = findable;
    }

    @Override
    public @Nullable Object lookupByName(String name) {
        if (!hub.containsBean(name)) {
            return null;
        }
        var type = hub.getType(name);
        return type != null && isWithheld(type) ? null : hub.getBean(name);
    }

    @Override
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
        var found = lookupByName(name);
        return type.isInstance(found) ? type.cast(found) : null;
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        var found = new LinkedHashMap<String, T>();
        if (findable.test(type) && !isWithheld(type)) {
            hub.getBeansOfType(type).forEach((name, bean) -> {
                if (!isWithheld(bean.getClass())) {
                    found.put(name, bean);
                }
            });
        }
        return found;
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return Set.copyOf(findByTypeWithName(type).values());
    }

    private boolean isWithheld(Class<?> type) {
        return withheld.stream().anyMatch(each -> each.isAssignableFrom(type));
    }
}
