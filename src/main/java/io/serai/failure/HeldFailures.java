// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.HeldEvents;

/** Failures that their queues wait for are failures like others, but nobody sends them back: they are there still. */
final class HeldFailures implements HeldEvents {

    private final Failures failures;
    private final Arrivals arrivals;

    HeldFailures(Failures failures, Arrivals arrivals) {
        this.failures = failures;
        this.arrivals = arrivals;
    }

    @Override
    public Turn failed(BasicProperties properties, byte[] body) {
        return failures.hold(arrivals.failed(properties, body));
    }

    @Override
    public Turn resume(String failureId, BasicProperties properties, byte[] body) {
        return failures.look(failureId, new FailedMessage(properties, body));
    }

    @Override
    public Turn look(String failureId) {
        return failures.look(failureId);
    }

    @Override
    public void letGo(String failureId) {
        failures.letGo(failureId);
    }

    @Override
    public void removed(String subscription) {
        failures.giveUpAll(new Origin(subscription), "its subscription was removed; make it again, and replay");
    }
}
