// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.Publishing;
import java.util.Map;
import java.util.concurrent.Executor;
import org.apache.camel.Endpoint;
import org.apache.camel.component.springrabbit.SpringRabbitMQComponent;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@code spring-rabbitmq:} endpoints that keep what Camel's own would lose: what fails is parked instead of
 * rejected, what is sent is mandatory and confirmed, no reply is waited for unless a route asks for it
 * ({@code disableReplyTo=false}).
 */
final class QueueComponent extends SpringRabbitMQComponent {

    private static final Logger LOG = LoggerFactory.getLogger(QueueComponent.class);

    private final Publishing publishing;
    private final KnownExchanges exchanges;
    private final Executor continuations;

    QueueComponent(Publishing publishing, KnownExchanges exchanges, Executor continuations) {
        this.publishing = publishing;
        this.exchanges = exchanges;
        this.continuations = continuations;
    }

    @Override
    protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) throws Exception {
        // else a route that an HTTP request began would wait for a reply that nobody sends
        parameters.putIfAbsent("disableReplyTo", true);
        var endpoint = (SpringRabbitMQEndpoint) super.createEndpoint(uri, remaining, parameters);
        if (endpoint.isAsyncConsumer()) {
            LOG.warn(
                    "asyncConsumer=true would acknowledge before the route is done, so it is not heeded; "
                            + "raise concurrentConsumers instead, queues={}",
                    endpoint.getQueues());
            endpoint.setAsyncConsumer(false);
        }
        return new QueueEndpoint(uri, this, endpoint);
    }

    QueueProducer producer(QueueEndpoint endpoint, SpringRabbitMQEndpoint configured) throws Exception {
        return new QueueProducer(
                endpoint, configured, publishing, exchanges, continuations, configured.createProducer());
    }
}
