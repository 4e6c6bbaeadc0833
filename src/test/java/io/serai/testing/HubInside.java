// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.serai.Serai;
import io.serai.bus.EventPublisher;
import io.serai.bus.SubscriptionStatus;
import io.serai.bus.Subscriptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.springframework.boot.autoconfigure.amqp.RabbitConnectionDetails;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A whole hub inside the test's own process, for tests that talk to its beans. */
public final class HubInside {

    private HubInside() {}

    /** Starts a hub on a free port with data and routes in a folder, on the servers; further properties as {@code --name=value}. */
    public static ConfigurableApplicationContext start(Path folder, Map<String, String> servers, String... more) {
        var properties = new ArrayList<>(
                List.of("--server.port=0", "--serai.embedded.data=" + folder, "--serai.routes.directory=" + folder));
        properties.addAll(List.of(more));
        servers.forEach((name, value) -> properties.add("--" + name + "=" + value));
        return start(properties);
    }

    /** Starts a hub on a free port; properties as {@code --name=value}. */
    public static ConfigurableApplicationContext start(List<String> properties) {
        return new SpringApplicationBuilder(Serai.class)
                // levels outlive a context: a test of the commands that ran before in this process set another
                .properties("logging.level.root=INFO")
                .run(properties.toArray(String[]::new));
    }

    /** Waits until the hub publishes and every subscription of its routes is read. */
    public static void awaitReading(ConfigurableApplicationContext hub, Duration atMost) {
        await().atMost(atMost)
                .until(() -> hub.getBean(EventPublisher.class).isUp()
                        && hub.getBean(Subscriptions.class).list().stream()
                                .allMatch(each -> each.state() == SubscriptionStatus.State.ACTIVE));
    }

    /** As another system would: what closes the hub's connections does not close this one. */
    public static Connection connectToBroker(RabbitConnectionDetails broker) throws IOException, TimeoutException {
        var factory = new ConnectionFactory();
        factory.setHost(broker.getFirstAddress().host());
        factory.setPort(broker.getFirstAddress().port());
        factory.setUsername(broker.getUsername());
        factory.setPassword(broker.getPassword());
        if (broker.getVirtualHost() != null) {
            factory.setVirtualHost(broker.getVirtualHost());
        }
        return factory.newConnection();
    }
}
