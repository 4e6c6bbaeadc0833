// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.Parking;
import io.serai.bus.Publishing;
import io.serai.bus.component.Continuations;
import io.serai.bus.component.FailingInputs;
import io.serai.bus.suspect.Suspects;
import io.serai.message.CredentialNames;
import org.apache.camel.CamelContext;
import org.apache.camel.component.springrabbit.SpringRabbitMQHeaderFilterStrategy;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.rabbit.connection.CachingConnectionFactory;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class QueueConfiguration {

    /** In place of the starter's; found by Camel under the scheme's name. */
    @Bean("spring-rabbitmq-component")
    QueueComponent queueComponent(
            CamelContext camel,
            CachingConnectionFactory connections,
            AmqpAdmin broker,
            RabbitTemplate template,
            Parking parking,
            Suspects suspects,
            Publishing queuePublishing,
            Continuations eventContinuations,
            FailingInputs failingInputs) {
        var component = new QueueComponent(queuePublishing, new KnownExchanges(template), eventContinuations);
        component.setCamelContext(camel);
        component.setConnectionFactory(connections);
        component.setAmqpAdmin(broker);
        component.setAutoDeclare(false);
        component.setListenerContainerFactory(new QueueContainers(parking, suspects, new QueueNews(failingInputs)));
        var converter = new QueueHeaders();
        converter.setHeaderFilterStrategy(headers());
        component.setMessagePropertiesConverter(converter);
        component.setMessageConverter(new QueueBodies(camel));
        component.setHeaderFilterStrategy(headers());
        return component;
    }

    /** The hub's own headers and credentials neither leave nor enter. */
    private static SpringRabbitMQHeaderFilterStrategy headers() {
        var strategy = new SpringRabbitMQHeaderFilterStrategy();
        strategy.setOutFilterStartsWith("camel", "org.apache.camel.", "serai-");
        strategy.setInFilterStartsWith("camel", "org.apache.camel.", "serai-");
        strategy.setOutFilterPattern(CredentialNames.PATTERN);
        strategy.setInFilterPattern(CredentialNames.PATTERN);
        return strategy;
    }
}
