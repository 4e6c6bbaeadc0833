// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.DeepThreads;
import io.serai.bus.Parking;
import io.serai.bus.suspect.Suspects;
import java.util.Objects;
import org.apache.camel.component.springrabbit.DefaultListenerContainerFactory;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.springframework.amqp.core.AcknowledgeMode;
import org.springframework.amqp.rabbit.listener.AbstractMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.DirectMessageListenerContainer;
import org.springframework.amqp.rabbit.listener.SimpleMessageListenerContainer;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

/**
 * Makes the containers that read other systems' queues: one attempt, then the failures; a queue that is not there yet is
 * waited for, and a connection that was lost is soon there again.
 */
final class QueueContainers extends DefaultListenerContainerFactory {

    private static final long LOOK_AGAIN_MILLIS = 500;

    private final Parking parking;
    private final Suspects suspects;
    private final QueueNews news;

    QueueContainers(Parking parking, Suspects suspects, QueueNews news) {
        this.parking = parking;
        this.suspects = suspects;
        this.news = news;
    }

    /** How many messages its consumers hold together at most. */
    private static int inHand(SpringRabbitMQEndpoint endpoint) {
        var prefetch = Objects.requireNonNullElse(
                endpoint.getPrefetchCount(), AbstractMessageListenerContainer.DEFAULT_PREFETCH_COUNT);
        var most = Objects.requireNonNullElse(endpoint.getMaxConcurrentConsumers(), endpoint.getConcurrentConsumers());
        return prefetch * Objects.requireNonNullElse(most, 1);
    }

    @Override
    public AbstractMessageListenerContainer createListenerContainer(SpringRabbitMQEndpoint endpoint) {
        var container = super.createListenerContainer(endpoint);
        if (endpoint.getAcknowledgeMode() != AcknowledgeMode.MANUAL) {
            container.setAdviceChain(
                    new ParkFailed(endpoint.getQueues(), parking), new TryAlone(suspects, inHand(endpoint)));
        }
        container.setMissingQueuesFatal(false);
        container.setApplicationEventPublisher(event -> news.tell(endpoint, event));
        container.setRecoveryInterval(LOOK_AGAIN_MILLIS);
        if (container instanceof SimpleMessageListenerContainer simple) {
            simple.setTaskExecutor(new SimpleAsyncTaskExecutor(new DeepThreads("queue-" + endpoint.getQueues())));
        }
        if (container instanceof DirectMessageListenerContainer direct) {
            direct.setMonitorInterval(LOOK_AGAIN_MILLIS);
            direct.setFailedDeclarationRetryInterval(LOOK_AGAIN_MILLIS);
        }
        return container;
    }
}
