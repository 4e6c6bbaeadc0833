// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.serai.routes.HubBeans;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.StartupSummaryLevel;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.impl.engine.DefaultComponentResolver;
import org.apache.camel.spi.ComponentResolver;
import org.apache.camel.spi.Language;
import org.apache.camel.spi.LifecycleStrategy;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.ResourceResolver;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.apache.camel.support.DefaultRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeanUtils;
import org.springframework.context.ApplicationContext;

/**
 * Makes Camel contexts that routes are tried in. They read the hub's beans and properties and start nothing: no consumer,
 * no connection. Components are new ones, since a component serves the context that asked for it last.
 */
final class Scratch {

    /** Would be bound to the scratch context, or be changed by it. */
    private static final List<Class<?>> HIDDEN = List.of(
            Component.class,
            Language.class,
            ResourceResolver.class,
            CamelContext.class,
            CircuitBreakerRegistry.class,
            RoutesBuilder.class,
            LifecycleStrategy.class,
            ComponentResolver.class);

    private final ApplicationContext beans;
    private final CamelContext running;
    private final Path directory;

    Scratch(ApplicationContext beans, CamelContext running, Path directory) {
        this.directory = directory;
        this.beans = beans;
        this.running = running;
    }

    /**
     * A context that is not started; whoever asks for it stops it.
     *
     * @param state whose files its routes find
     */
    DefaultCamelContext context(State state) {
        var context = new DefaultCamelContext(new DefaultRegistry(new HubBeans(beans, HIDDEN, type -> true)));
        context.getCamelContextExtension().setName("preflight");
        var served = new ServedFiles(directory);
        served.serve(state);
        context.getRegistry().bind(ServedFiles.NAME, served);
        context.setAutoStartup(false);
        context.setStartupSummaryLevel(StartupSummaryLevel.Off);
        context.setApplicationContextClassLoader(running.getApplicationContextClassLoader());
        context.getRestConfiguration().setInlineRoutes(false);
        context.setSourceLocationEnabled(true);
        context.getPropertiesComponent().addPropertiesSource(new Properties());
        context.getCamelContextExtension().addContextPlugin(ComponentResolver.class, new Components());
        // with what the hub gives its own: a retry policy that a route cannot have is found here
        beans.getBeanProvider(CamelContextConfiguration.class).forEach(each -> each.beforeApplicationStart(context));
        return context;
    }

    private final class Properties implements PropertiesSource {

        @Override
        public String getName() {
            return "hub";
        }

        @Override
        @SuppressWarnings("NullAway") // how a source says that it does not know
        public @Nullable String getProperty(String name) {
            return running.getPropertiesComponent().resolveProperty(name).orElse(null);
        }
    }

    private final class Components extends DefaultComponentResolver {

        @Override
        public Component resolveComponent(String name, CamelContext context) {
            for (var bean : List.of(name + "-component", name)) {
                if (beans.containsBean(bean) && Component.class.isAssignableFrom(type(bean))) {
                    return component(type(bean));
                }
            }
            return super.resolveComponent(name, context);
        }

        /** One of the same class, or of the nearest above it that can be made of nothing. */
        private static Component component(Class<?> type) {
            try {
                return (Component) BeanUtils.instantiateClass(type.getDeclaredConstructor());
            } catch (NoSuchMethodException needsMore) {
                return component(type.getSuperclass());
            }
        }
    }

    private Class<?> type(String bean) {
        var type = beans.getType(bean);
        return type == null ? Object.class : type;
    }
}
