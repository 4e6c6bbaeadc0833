// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.dynamic;

import org.apache.camel.CamelContext;
import org.apache.camel.component.properties.DefaultPropertiesParser;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.spi.ProcessorFactory;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class DynamicConfiguration {

    /** For the hub's Camel and for those that routes are tried in. */
    @Bean
    CamelContextConfiguration messagesAreNoCode() {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext context) {
                context.getCamelContextExtension().addContextPlugin(ProcessorFactory.class, new DynamicSteps());
                if (context.getPropertiesComponent() instanceof PropertiesComponent properties) {
                    var parser = properties.getPropertiesParser();
                    if (parser instanceof DefaultPropertiesParser own) {
                        // Camel does it only with the parser that it finds when it starts
                        own.setPropertiesComponent(properties);
                    }
                    properties.setPropertiesParser(new WrittenPlaceholders(parser));
                }
            }

            @Override
            public void afterApplicationStart(CamelContext context) {}
        };
    }
}
