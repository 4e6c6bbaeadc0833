// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import java.util.regex.Pattern;

/**
 * Names what happened, in the past tense: {@code order.placed}. Events are routed by it.
 *
 * <p>Words of {@code [A-Za-z0-9_-]} joined by dots, at most 255 bytes, since AMQP 0-9-1 carries it as the routing key.
 *
 * @param name the CloudEvents attribute {@code type}
 */
public record EventType(String name) {

    /** AMQP 0-9-1 short string. */
    public static final int MAX_LENGTH = 255;

    private static final Pattern GRAMMAR = Pattern.compile("[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*+");

    /** @throws Invalid where the name is not of the grammar */
    public EventType {
        if (name.length() > MAX_LENGTH || !GRAMMAR.matcher(name).matches()) {
            throw new Invalid(
                    "reading event type: expected words of letters, digits, '_' and '-' joined by dots, at most "
                            + MAX_LENGTH + " characters, like order.placed");
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
