// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;

/**
 * Keeps account of events that failed in an ordered subscription, whose queues wait for them: over restarts, and for
 * people, who may end the wait.
 */
public interface HeldEvents {

    /** What whoever holds the queue back does. */
    enum Next {
        /** Look again soon. */
        WAIT,
        /** Try it. */
        TRY,
        /** It is not to be tried again: parks it, and goes on with the next. */
        PARK,
        /** A person has given it up: goes on with the next. */
        DROP
    }

    /**
     * How it stands with an event.
     *
     * @param delivery the last that failed, 0 the first; -1 where its queue does not wait for it
     */
    record Turn(Next next, int delivery) {

        public static final Turn TRY = new Turn(Next.TRY, -1);
        public static final Turn PARK = new Turn(Next.PARK, -1);
        public static final Turn DROP = new Turn(Next.DROP, -1);

        public static Turn waiting(int delivery) {
            return new Turn(Next.WAIT, delivery);
        }
    }

    /**
     * Notes that one has failed, once more or for the first time.
     *
     * @param properties of the event, with the facts of the failure as it would be parked with
     * @throws org.springframework.dao.DataAccessException where that cannot be noted
     */
    Turn failed(BasicProperties properties, byte[] body);

    /**
     * How it stands.
     *
     * @throws org.springframework.dao.DataAccessException where that cannot be known
     */
    Turn look(String failureId);

    /**
     * Notes that a subscription has been removed with its queue: what failed in it is not there any more, and not tried again
     * by itself.
     *
     * @throws org.springframework.dao.DataAccessException where that cannot be noted
     */
    void removed(String subscription);
}
