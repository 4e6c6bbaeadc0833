// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import io.serai.bus.Parking;
import io.serai.bus.Retried;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.ImmediateRequeueAmqpException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;

/**
 * Parks a message whose route has failed, in place of rejecting it, which would delete it where its queue has no dead
 * letter exchange. It is acknowledged when it is parked; else it goes back to its queue.
 */
final class ParkFailed implements MethodInterceptor {

    private final String queues;
    private final Parking parking;
    private final DefaultMessagePropertiesConverter amqp = new DefaultMessagePropertiesConverter();

    ParkFailed(String queues, Parking parking) {
        this.queues = queues;
        this.parking = parking;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation delivery) throws Throwable {
        var message = Arguments.of(delivery, Message.class);
        var channel = Arguments.of(delivery, Channel.class);
        parking.awaitWayOut(channel::isOpen);
        try {
            delivery.proceed();
        } catch (Exception failed) {
            park(message, channel, failed);
            return null;
        }
        var retried = Retried.of(properties(message));
        if (retried != null) {
            await(parking.resolve(retried, channel::isOpen));
        }
        return null;
    }

    private void park(Message message, Channel channel, Exception failed) {
        var queue = message.getMessageProperties().getConsumerQueue();
        await(parking.park(
                "queue:" + (queue == null ? queues : queue),
                RouteFailed.retryIn(failed),
                properties(message),
                message.getBody(),
                RouteFailed.in(failed),
                channel::isOpen));
    }

    private BasicProperties properties(Message message) {
        return amqp.fromMessageProperties(message.getMessageProperties(), "UTF-8");
    }

    private static void await(CompletableFuture<Void> told) {
        try {
            told.join();
        } catch (CompletionException lost) {
            throw new ImmediateRequeueAmqpException("the failures do not take it", lost);
        }
    }
}
