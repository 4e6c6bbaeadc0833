// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.component.FailingInputs;
import io.serai.message.Unavailable;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.Endpoint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.AmqpConnectException;
import org.springframework.amqp.rabbit.listener.ConsumeOkEvent;
import org.springframework.amqp.rabbit.listener.ListenerContainerConsumerFailedEvent;
import org.springframework.amqp.rabbit.listener.MissingQueueEvent;

/**
 * Says once that a queue is not there, and once that it is, in place of the containers, which print a stack trace at each
 * attempt; the route that cannot read is told to fail. A broker that is away is told of by the broker link.
 */
final class QueueNews {

    private static final Logger LOG = LoggerFactory.getLogger(QueueNews.class);

    private final FailingInputs inputs;
    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    QueueNews(FailingInputs inputs) {
        this.inputs = inputs;
    }

    /** @param reader whose container tells it */
    void tell(Endpoint reader, Object news) {
        if (news instanceof MissingQueueEvent gone) {
            if (missing.add(gone.getQueue())) {
                LOG.warn("queue is not there; it is read as soon as its owner declares it queue={}", gone.getQueue());
            }
            inputs.failed(
                    reader,
                    new Unavailable("reading queue " + gone.getQueue()
                            + ": it is not there; it is read as soon as its owner declares it"));
        } else if (news instanceof ListenerContainerConsumerFailedEvent lost
                && lost.getThrowable() != null
                && !(lost.getThrowable() instanceof AmqpConnectException)) {
            inputs.failed(reader, lost.getThrowable());
        } else if (news instanceof ConsumeOkEvent read) {
            if (missing.remove(read.getQueue())) {
                LOG.info("queue is there and read queue={}", read.getQueue());
            }
            inputs.works(reader);
        }
    }
}
