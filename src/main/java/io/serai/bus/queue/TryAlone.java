// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import com.rabbitmq.client.Channel;
import io.serai.bus.BrokerDialect;
import io.serai.bus.Failure;
import io.serai.bus.suspect.DeadlyMessage;
import io.serai.bus.suspect.Suspects;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.ImmediateRequeueAmqpException;
import org.springframework.amqp.core.Message;

/** Tries a message alone that was perhaps in hand when a hub died; fails it when it has ended too many. */
final class TryAlone implements MethodInterceptor {

    private final Suspects suspects;
    /** How many of the first deliveries may have been in hand before, where the broker does not tell. */
    private final AtomicInteger perhapsAgain;

    TryAlone(Suspects suspects, int perhapsAgain) {
        this.suspects = suspects;
        this.perhapsAgain = new AtomicInteger(perhapsAgain);
    }

    @Override
    public @Nullable Object invoke(MethodInvocation delivery) throws Throwable {
        var message = Arguments.of(delivery, Message.class);
        var channel = Arguments.of(delivery, Channel.class);
        if (!isRedelivered(message, channel) || !suspects.areAbout()) {
            return delivery.proceed();
        }
        var trial = suspects.begin(identity(message), channel::isOpen);
        return switch (trial.verdict()) {
            case TRY -> {
                try {
                    yield delivery.proceed();
                } finally {
                    trial.end().run();
                }
            }
            case GIVE_UP -> throw new RouteFailed(Failure.last(new DeadlyMessage()), null);
            case LEAVE -> throw new ImmediateRequeueAmqpException("its channel is gone");
        };
    }

    private boolean isRedelivered(Message message, Channel channel) {
        return message.getMessageProperties().isRedelivered()
                || (perhapsAgain.get() > 0
                        && perhapsAgain.getAndDecrement() > 0
                        && BrokerDialect.of(channel.getConnection()).forgetsRedeliveries());
    }

    /** Messages of other systems need not have an id; two with the same body count as one. */
    private static String identity(Message message) {
        var properties = message.getMessageProperties();
        var all = new ByteArrayOutputStream();
        all.writeBytes((properties.getConsumerQueue() + "\n" + properties.getMessageId() + "\n")
                .getBytes(StandardCharsets.UTF_8));
        all.writeBytes(message.getBody());
        return UUID.nameUUIDFromBytes(all.toByteArray()).toString();
    }
}
