// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.amqp.rabbit.listener.ConsumeOkEvent;
import org.springframework.amqp.rabbit.listener.MissingQueueEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Says once that a queue is not there, and once that it is, in place of the containers, which print a stack trace at each
 * attempt. A broker that is away is told of by the broker link.
 */
final class QueueNews implements ApplicationEventPublisher {

    private static final Logger LOG = LoggerFactory.getLogger(QueueNews.class);

    private final Set<String> missing = ConcurrentHashMap.newKeySet();

    @Override
    public void publishEvent(Object news) {
        if (news instanceof MissingQueueEvent gone && missing.add(gone.getQueue())) {
            LOG.warn("queue is not there; it is read as soon as its owner declares it queue={}", gone.getQueue());
        } else if (news instanceof ConsumeOkEvent read && missing.remove(read.getQueue())) {
            LOG.info("queue is there and read queue={}", read.getQueue());
        }
    }
}
