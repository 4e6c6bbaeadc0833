// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import java.util.List;
import org.springframework.amqp.core.Declarables;
import org.springframework.amqp.core.Queue;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;

/** Puts the embedded broker where Boot would look for a RabbitMQ, when none is configured. */
@Configuration(proxyBeanMethods = false)
@Conditional(OnEmbedded.Broker.class)
class EmbeddedBrokerConfiguration {

    /** Closed after all who connect: the connection factory depends on the details below, and those on this. */
    @Bean(initMethod = "start", destroyMethod = "stop")
    EmbeddedBroker embeddedBroker(DataDirectory directory, EmbeddedProperties properties, DiskSpace disk) {
        var broker = new EmbeddedBroker(
                directory.resolve("broker"),
                properties.broker().port(),
                properties.disk().minFree().toBytes());
        disk.watchOver(broker::reopen);
        return broker;
    }

    /** The web server is made before all other beans and asks for this one, so the broker starts seconds earlier. */
    @Bean
    ServletContextInitializer earlyBroker(EmbeddedBroker broker) {
        return context -> broker.start();
    }

    /** Declared on each new connection, as an administrator of a real broker would have done before. */
    @Bean
    Declarables queuesOfOtherSystems(EmbeddedProperties properties) {
        return new Declarables(
                properties.broker().queues().stream().map(Queue::new).toList());
    }

    @Bean
    RabbitConnectionDetails embeddedBrokerConnection(EmbeddedBroker broker) {
        return new RabbitConnectionDetails() {
            @Override
            public String getUsername() {
                return EmbeddedBroker.USERNAME;
            }

            @Override
            public String getPassword() {
                return broker.password();
            }

            @Override
            public List<Address> getAddresses() {
                return List.of(new Address(EmbeddedBroker.HOST, broker.port()));
            }
        };
    }
}
