// SPDX-License-Identifier: Apache-2.0
package io.serai.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.MessageProperties;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

@HubServices(HubServices.Kind.RABBITMQ)
class RabbitNodeIT {

    @Test
    void testsDoNotSeeTheQueuesOfOthers(RabbitNode rabbit) throws Exception {
        var mine = rabbit.newVhost();
        try (var connection = connect(mine);
                var channel = connection.createChannel()) {
            channel.queueDeclare("q", true, false, false, null);
        }
        try (var connection = connect(rabbit.newVhost())) {
            // the broker closes the channel with its answer
            var channel = connection.createChannel();
            assertThatThrownBy(() -> channel.queueDeclarePassive("q")).hasStackTraceContaining("NOT_FOUND");
        }
        assertThat(rabbit.management("GET", "/api/queues" + mine.getPath())).contains("\"q\"");
    }

    @Test
    void theSharedNodeCannotBeKilled(RabbitNode rabbit) {
        assertThatThrownBy(rabbit::kill9).hasMessageContaining("startPrivate");
    }

    @Test
    void aPrivateNodeKeepsConfirmedMessagesOverAKill() throws Exception {
        try (var rabbit = RabbitNode.startPrivate()) {
            try (var connection = connect(rabbit.uri())) {
                connection.createChannel().queueDeclare("q", true, false, false, null);
            }
            // RabbitMQ 3.10 has a new queue in memory for a moment; killed then, it knows nothing of it
            rabbit.stop();
            rabbit.start();
            var killed = connect(rabbit.uri());
            var publishing = killed.createChannel();
            publishing.confirmSelect();
            publishing.basicPublish("", "q", MessageProperties.MINIMAL_PERSISTENT_BASIC, new byte[1]);
            publishing.waitForConfirmsOrDie(10_000);
            rabbit.kill9();
            killed.abort();
            rabbit.start();
            try (var connection = connect(rabbit.uri())) {
                // a node takes logins a moment before the queues of a killed one are back; each refusal ends a channel
                await().atMost(Duration.ofSeconds(30))
                        .ignoreException(IOException.class)
                        .untilAsserted(() -> {
                            try (var channel = connection.createChannel()) {
                                assertThat(channel.queueDeclarePassive("q").getMessageCount())
                                        .isEqualTo(1);
                            }
                        });
            }
            rabbit.stop();
        }
    }

    private static Connection connect(URI uri) throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(uri);
        return factory.newConnection();
    }
}
