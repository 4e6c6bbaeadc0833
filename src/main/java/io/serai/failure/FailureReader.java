// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
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
 *
 * <p>A batch that is refused is taken one by one, and what is refused then is kept without its facts: the message itself is
 * what must not be lost. What cannot be kept so either is not acknowledged; it comes again when the channel closes, at the
 * latest with the next start, and those behind it do not wait for it.
 */
final class FailureReader implements ChannelAwareBatchMessageListener {

    private static final Logger LOG = LoggerFactory.getLogger(FailureReader.class);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Failures failures;
    private final Arrivals arrivals;
    private final BooleanSupplier running;
    private final DefaultMessagePropertiesConverter amqp = new DefaultMessagePropertiesConverter();
    private boolean awayLogged;
    /** Some are not acknowledged, and must not be with those behind them. */
    private boolean leavesSome;

    FailureReader(Failures failures, Arrivals arrivals, BooleanSupplier running) {
        this.failures = failures;
        this.arrivals = arrivals;
        this.running = running;
    }

    @Override
    public void onMessageBatch(List<Message> messages, Channel channel) {
        if (refusal(() -> failures.take(messages.stream().map(this::read).toList())) == null) {
            acknowledge(messages, channel);
            return;
        }
        for (var each : messages) {
            if (isTaken(each)) {
                acknowledge(each, channel, false);
            } else {
                leavesSome = true;
            }
        }
    }

    private boolean isTaken(Message message) {
        var refusal = refusal(() -> failures.take(List.of(read(message))));
        if (refusal == null) {
            return true;
        }
        var again = refusal(() -> failures.takeBare(read(message), reason(refusal)));
        if (again == null) {
            LOG.error(
                    "a failure is kept without its facts, which the hub cannot keep; please report failureId={}",
                    id(message),
                    refusal);
            return true;
        }
        LOG.error(
                "a failure cannot be kept; it stays un-acknowledged in serai.failures; please report failureId={}",
                id(message),
                again);
        return false;
    }

    private Arrival read(Message message) {
        return arrivals.read(amqp.fromMessageProperties(message.getMessageProperties(), "UTF-8"), message.getBody());
    }

    /** Blocks while the database is away; null where it has taken them, else why it never will. */
    private @Nullable RuntimeException refusal(Runnable taking) {
        while (true) {
            try {
                taking.run();
                awayLogged = false;
                return null;
            } catch (DuplicateKeyException takenByAnotherHub) {
                LOG.debug("taking again what another hub takes too", takenByAnotherHub);
            } catch (DataIntegrityViolationException refused) {
                stopIfAsked();
                return refused;
            } catch (DataAccessException | TransactionException away) {
                if (!awayLogged) {
                    LOG.warn("failures wait in serai.failures until the database takes them cause={}", reason(away));
                    awayLogged = true;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            } catch (RuntimeException unforeseen) {
                // thrown on, it would leave the whole batch un-acknowledged
                stopIfAsked();
                return unforeseen;
            }
            stopIfAsked();
        }
    }

    private void stopIfAsked() {
        if (!running.getAsBoolean()) {
            throw new IllegalStateException("hub is stopping; the failures stay in their queue");
        }
    }

    private static String reason(RuntimeException thrown) {
        return String.valueOf(NestedExceptionUtils.getMostSpecificCause(thrown).getMessage());
    }

    /** For a log line: whoever writes to the queue writes the id too. */
    private static String id(Message message) {
        Object id = message.getMessageProperties().getHeader(Arrivals.ID);
        return FailedMessage.text(id).replaceAll("\\p{Cntrl}", "?");
    }

    private void acknowledge(List<Message> messages, Channel channel) {
        if (leavesSome) {
            messages.forEach(each -> acknowledge(each, channel, false));
        } else {
            acknowledge(messages.get(messages.size() - 1), channel, true);
        }
    }

    private static void acknowledge(Message message, Channel channel, boolean allUpTo) {
        try {
            channel.basicAck(message.getMessageProperties().getDeliveryTag(), allUpTo);
        } catch (IOException lost) {
            // it is delivered again, and changes nothing then
            LOG.debug("acknowledging came too late", lost);
        }
    }
}
