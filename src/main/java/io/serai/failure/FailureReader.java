// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.listener.api.ChannelAwareBatchMessageListener;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.transaction.TransactionException;

/**
 * Takes messages from the queue of failures into the database, a batch a transaction, and acknowledges what is committed.
 * While the database is away they wait in the queue.
 */
final class FailureReader implements ChannelAwareBatchMessageListener {

    private static final Logger LOG = LoggerFactory.getLogger(FailureReader.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Failures failures;
    private final Arrivals arrivals;
    private final BooleanSupplier running;
    private final DefaultMessagePropertiesConverter amqp = new DefaultMessagePropertiesConverter();
    private boolean awayLogged;

    FailureReader(Failures failures, Arrivals arrivals, BooleanSupplier running) {
        this.failures = failures;
        this.arrivals = arrivals;
        this.running = running;
    }

    @Override
    public void onMessageBatch(List<Message> messages, Channel channel) {
        var batch = messages.stream().map(this::read).toList();
        if (isTaken(batch)) {
            acknowledge(channel, messages.get(messages.size() - 1), true);
            return;
        }
        // one of them the database will never take: the others must not wait for it
        IntStream.range(0, batch.size()).forEach(each -> {
            while (!isTaken(List.of(batch.get(each)))) {
                LOG.error(
                        "the database refuses a failure, which waits in serai.failures; please report failureId={}",
                        batch.get(each).failureId());
                waitOrStop(60 * PAUSE_NANOS);
            }
            acknowledge(channel, messages.get(each), false);
        });
    }

    private Arrival read(Message message) {
        return arrivals.read(amqp.fromMessageProperties(message.getMessageProperties(), "UTF-8"), message.getBody());
    }

    /** Blocks while the database is away; false where it refuses one of them for itself. */
    private boolean isTaken(List<Arrival> batch) {
        while (true) {
            try {
                failures.take(batch);
                awayLogged = false;
                return true;
            } catch (DuplicateKeyException takenByAnotherHub) {
                LOG.debug("taking again what another hub takes too", takenByAnotherHub);
            } catch (DataIntegrityViolationException refused) {
                LOG.debug("refused by the database", refused);
                return false;
            } catch (DataAccessException | TransactionException away) {
                if (!awayLogged) {
                    LOG.warn(
                            "failures wait in serai.failures until the database takes them cause={}",
                            NestedExceptionUtils.getMostSpecificCause(away).getMessage());
                    awayLogged = true;
                }
                waitOrStop(PAUSE_NANOS);
            }
        }
    }

    private void waitOrStop(long nanos) {
        LockSupport.parkNanos(nanos);
        if (!running.getAsBoolean()) {
            throw new IllegalStateException("hub is stopping; the failures stay in their queue");
        }
    }

    private static void acknowledge(Channel channel, Message message, boolean allUpTo) {
        try {
            channel.basicAck(message.getMessageProperties().getDeliveryTag(), allUpTo);
        } catch (IOException lost) {
            // it is delivered again, and changes nothing then
            LOG.debug("acknowledging came too late", lost);
        }
    }
}
