// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import org.jspecify.annotations.Nullable;

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
     * @param failureId under which it is known; null where its queue does not wait for it
     * @param delivery the last that failed, 0 the first
     */
    record Turn(Next next, @Nullable String failureId, int delivery) {

        public static final Turn TRY = new Turn(Next.TRY, null, 0);
        public static final Turn PARK = new Turn(Next.PARK, null, 0);

        public static Turn waiting(String failureId, int delivery) {
            return new Turn(Next.WAIT, failureId, delivery);
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
     * How it stands with one that is there again.
     *
     * @param failureId as it would be parked with; it is known under another where that was used before, for other content
     * @throws org.springframework.dao.DataAccessException where that cannot be known
     */
    Turn resume(String failureId, BasicProperties properties, byte[] body);

    /**
     * How it stands.
     *
     * @param failureId under which it is known
     * @throws org.springframework.dao.DataAccessException where that cannot be known
     */
    Turn look(String failureId);

    /**
     * Notes that one that was dropped will not come again: until then it is dropped each time.
     *
     * @throws org.springframework.dao.DataAccessException where that cannot be noted
     */
    void letGo(String failureId);

    /**
     * Notes that a subscription has been removed with its queue: what failed in it is not there any more, and not tried again
     * by itself.
     *
     * @throws org.springframework.dao.DataAccessException where that cannot be noted
     */
    void removed(String subscription);
}
