// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.impl.ValueWriter;
import io.serai.bus.Publishing;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.AsyncProcessor;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.Producer;
import org.apache.camel.component.springrabbit.SpringRabbitMQConstants;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.springframework.amqp.core.AmqpReplyTimeoutException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.rabbit.support.DefaultMessagePropertiesConverter;

/**
 * Sends to an exchange or queue of another system: mandatory, confirmed, without holding a thread until then.
 *
 * <p>Camel's own producer waits for one confirm at a time, and a message that reaches no queue counts as sent. A route
 * that wants a reply ({@code disableReplyTo=false}) gets Camel's.
 */
final class QueueProducer extends DefaultAsyncProducer {

    /** RabbitMQ's default of {@code frame_max}. */
    private static final int MAX_FRAME = 131_072 - 8;

    private static final int MAX_CAUSES = 100;

    private final SpringRabbitMQEndpoint configured;
    private final Publishing publishing;
    private final KnownExchanges exchanges;
    private final Executor continuations;
    private final Producer requesting;
    private final AsyncProcessor request;
    private final DefaultMessagePropertiesConverter amqp = new DefaultMessagePropertiesConverter();

    QueueProducer(
            QueueEndpoint endpoint,
            SpringRabbitMQEndpoint configured,
            Publishing publishing,
            KnownExchanges exchanges,
            Executor continuations,
            Producer requesting) {
        super(endpoint);
        this.configured = configured;
        this.publishing = publishing;
        this.exchanges = exchanges;
        this.continuations = continuations;
        this.requesting = requesting;
        this.request = AsyncProcessorConverterHelper.convert(requesting);
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        if (!configured.isDisableReplyTo() && exchange.getPattern().isOutCapable()) {
            return request(exchange, callback);
        }
        try {
            var name = option(exchange, SpringRabbitMQConstants.EXCHANGE_OVERRIDE_NAME, configured.getExchangeName());
            var key = option(exchange, SpringRabbitMQConstants.ROUTING_OVERRIDE_KEY, configured.getRoutingKey());
            var toExchange = name.equalsIgnoreCase(SpringRabbitMQConstants.DEFAULT_EXCHANGE_NAME) ? "" : name;
            exchanges.require(toExchange);
            send(toExchange, key, toAmqp(exchange), exchange, callback);
            return false;
        } catch (RuntimeException refused) {
            exchange.setException(refused);
            callback.done(true);
            return true;
        }
    }

    /** Nobody waits for a reply after the time-out, so the request expires with it, unless the route has said when. */
    private boolean request(Exchange exchange, AsyncCallback callback) {
        var message = exchange.getMessage();
        var timeout = configured.getReplyTimeout();
        var expires = Long.toString(timeout);
        var isOwn = message.getHeader(SpringRabbitMQConstants.EXPIRATION) != null;
        if (message.getBody() instanceof Message ready
                && ready.getMessageProperties().getExpiration() == null) {
            ready.getMessageProperties().setExpiration(expires);
        }
        if (!isOwn && timeout > 0) {
            message.setHeader(SpringRabbitMQConstants.EXPIRATION, expires);
        }
        return request.process(exchange, doneSync -> {
            if (!isOwn) {
                exchange.getMessage().removeHeader(SpringRabbitMQConstants.EXPIRATION);
            }
            if (isTimeout(exchange.getException())) {
                exchange.setException(new ExchangeTimedOutException(
                        exchange, timeout, "no reply from exchange '" + configured.getExchangeName() + "'"));
            }
            callback.done(doneSync);
        });
    }

    private static boolean isTimeout(@Nullable Throwable failed) {
        return Stream.iterate(failed, each -> each != null, Throwable::getCause)
                .limit(MAX_CAUSES)
                .anyMatch(AmqpReplyTimeoutException.class::isInstance);
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        ServiceHelper.startService(requesting);
    }

    @Override
    protected void doStop() throws Exception {
        ServiceHelper.stopService(requesting);
        super.doStop();
    }

    private void send(String toExchange, String key, Message message, Exchange exchange, AsyncCallback callback) {
        var properties = properties(message);
        refuseUnwritable(toExchange, key, properties);
        publishing
                .send(toExchange + key, toExchange, key, properties, message.getBody())
                .whenCompleteAsync(
                        (safe, failure) -> {
                            if (failure == null) {
                                // meant for this message only; kept until now, since a failed step is tried again
                                exchange.getMessage().removeHeader(SpringRabbitMQConstants.EXCHANGE_OVERRIDE_NAME);
                                exchange.getMessage().removeHeader(SpringRabbitMQConstants.ROUTING_OVERRIDE_KEY);
                            } else {
                                exchanges.doubt(toExchange);
                                exchange.setException(failure);
                            }
                            callback.done(false);
                        },
                        continuations);
    }

    private Message toAmqp(Exchange exchange) {
        var body = exchange.getMessage().getBody();
        return body instanceof Message ready
                ? ready
                : configured
                        .getMessageConverter()
                        .toMessage(
                                body, configured.getMessagePropertiesConverter().toMessageProperties(exchange));
    }

    /** With an id in any case: by it a returned message is known again. */
    private BasicProperties properties(Message message) {
        var properties = amqp.fromMessageProperties(message.getMessageProperties(), "UTF-8");
        return properties.getMessageId() == null
                ? properties.builder().messageId(EventIds.next()).build()
                : properties;
    }

    /** The client finds out too late: it has counted the message by then, and its channel is lost with all in flight on it. */
    private static void refuseUnwritable(String toExchange, String key, BasicProperties properties) {
        try {
            new ValueWriter(new DataOutputStream(OutputStream.nullOutputStream())).writeShortstr(key);
            if (properties.toFrame(0, 0).size() > MAX_FRAME) {
                throw new Invalid("sending to exchange '" + toExchange + "': the headers are over " + MAX_FRAME
                        + " bytes, remove some");
            }
        } catch (IllegalArgumentException | IOException unwritable) {
            throw new Invalid(
                    "sending to exchange '" + toExchange
                            + "': the routing key or a property is over 255 bytes, or a header is of no AMQP type",
                    unwritable);
        }
    }

    private static String option(Exchange exchange, String header, @Nullable String configured) {
        var set = exchange.getMessage().getHeader(header, String.class);
        return set != null ? set : configured == null ? "" : configured;
    }
}
