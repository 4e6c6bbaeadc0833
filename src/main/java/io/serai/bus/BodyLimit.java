// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ShutdownSignalException;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The largest body that the broker takes, {@code max_message_size} of RabbitMQ.
 *
 * <p>AMQP does not tell it. The broker closes the channel of a larger message and names the limit in the reason; from then
 * on the hub refuses such bodies itself, until it has another connection. Thread-safe.
 */
final class BodyLimit {

    private static final int NONE = Integer.MAX_VALUE;
    /** Broker-J's MESSAGE_TOO_LARGE. */
    private static final int TOO_LARGE = 311;
    /** "message size 20000000 is larger than configured max size 16777216", and Broker-J's "… greater than allowed maximum of …". */
    private static final Pattern REASON =
            Pattern.compile("message size\\D*\\d+\\D*(?:larger|greater) than\\D*(\\d+)", Pattern.CASE_INSENSITIVE);

    private volatile long most = NONE;

    /** Of another broker, nothing is known. */
    void forget() {
        most = NONE;
    }

    void learn(long bytes) {
        most = bytes;
    }

    /** @throws EventTooLarge where the broker is known to refuse a body of that size */
    void check(@Nullable String messageId, int bytes) {
        var known = most;
        if (bytes > known) {
            throw tooLarge(messageId, bytes, known);
        }
    }

    static EventTooLarge tooLarge(@Nullable String messageId, int bytes, long most) {
        return new EventTooLarge(String.valueOf(messageId), bytes, "what the broker takes, its max_message_size", most);
    }

    /** What the broker said when it closed a channel for the size of a message. */
    static OptionalLong in(@Nullable ShutdownSignalException closed) {
        if (closed == null
                || !(closed.getReason() instanceof AMQP.Channel.Close reason)
                || (reason.getReplyCode() != AMQP.PRECONDITION_FAILED && reason.getReplyCode() != TOO_LARGE)) {
            return OptionalLong.empty();
        }
        var limit = REASON.matcher(reason.getReplyText());
        return limit.find() ? OptionalLong.of(Long.parseLong(limit.group(1))) : OptionalLong.empty();
    }
}
