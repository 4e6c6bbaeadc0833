// SPDX-License-Identifier: Apache-2.0
package io.serai;

import java.util.HashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The hub's beans and configuration without the hub: nothing listens, no route runs, no broker or database is looked for.
 * Beans are made when they are asked for.
 */
public final class Apart {

    private Apart() {}

    /**
     * Makes them.
     *
     * @param properties in place of those configured
     */
    public static ConfigurableApplicationContext start(Map<String, String> properties) {
        Map<String, Object> apart = new HashMap<>(Map.of(
                "spring.datasource.url", "jdbc:h2:mem:apart",
                // neither is connected to
                "spring.rabbitmq.addresses", "127.0.0.1:1",
                "spring.flyway.enabled", "false",
                "camel.main.routes-include-pattern", "false",
                "camel.main.auto-startup", "false",
                "spring.main.banner-mode", "off"));
        apart.putAll(properties);
        return new SpringApplicationBuilder(Serai.class)
                .web(WebApplicationType.NONE)
                .lazyInitialization(true)
                .registerShutdownHook(false)
                .logStartupInfo(false)
                .properties(Home.ofThisProcess().defaults())
                // looked at before any other of these
                .properties("logging.level.root=WARN")
                .initializers(context -> {
                    // before those of the files
                    context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("apart", apart));
                    context.getBeanFactory()
                            .registerSingleton(
                                    AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, new NothingStarts());
                    context.addBeanFactoryPostProcessor(Apart::withoutRunners);
                })
                .run();
    }

    private static void withoutRunners(ConfigurableListableBeanFactory beans) {
        for (var runner : beans.getBeanNamesForType(ApplicationRunner.class, true, false)) {
            ((BeanDefinitionRegistry) beans).removeBeanDefinition(runner);
        }
    }

    private static final class NothingStarts implements LifecycleProcessor {

        @Override
        public void onRefresh() {}

        @Override
        public void onClose() {}

        @Override
        public void start() {}

        @Override
        public void stop() {}

        @Override
        public boolean isRunning() {
            return false;
        }
    }
}
