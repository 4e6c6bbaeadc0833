// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.component.FailedAt;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.DelegateEndpoint;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.component.springrabbit.SpringRabbitMQEndpoint;
import org.apache.camel.support.AsyncProcessorConverterHelper;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** A queue or exchange of another system, as Camel's endpoint configures it. */
final class QueueEndpoint extends DefaultEndpoint implements DelegateEndpoint {

    private final SpringRabbitMQEndpoint configured;

    QueueEndpoint(String uri, QueueComponent component, SpringRabbitMQEndpoint configured) {
        super(uri, component);
        this.configured = configured;
    }

    @Override
    public Endpoint getEndpoint() {
        return configured;
    }

    @Override
    public Producer createProducer() throws Exception {
        return ((QueueComponent) getComponent()).producer(this, configured);
    }

    @Override
    public Consumer createConsumer(Processor route) throws Exception {
        return configured.createConsumer(new Noting(route));
    }

    @Override
    public boolean isSingletonProducer() {
        return true;
    }

    /** Lets the step that failed be known where the message is parked, which sees the exception only. */
    private static final class Noting extends DelegateAsyncProcessor {

        Noting(Processor route) {
            super(AsyncProcessorConverterHelper.convert(route));
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            return super.process(exchange, doneSync -> {
                var failure = FailedAt.failure(exchange);
                if (failure != null) {
                    exchange.setException(new RouteFailed(failure, FailedAt.retryOfQueue(exchange)));
                }
                callback.done(doneSync);
            });
        }
    }
}
