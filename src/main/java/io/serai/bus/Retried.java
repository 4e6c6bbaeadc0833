// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Says of a message that it failed before and is sent again: header {@code serai-retry-failure} names the failure, {@code
 * serai-retry-round} counts the rounds, the first delivery being round 0.
 *
 * @param failureId as in {@code serai-failure-id}
 * @param round 1 or more
 */
public record Retried(String failureId, int round) {

    static final String PREFIX = "serai-retry-";
    private static final String FAILURE = PREFIX + "failure";
    private static final String ROUND = PREFIX + "round";

    /** What the headers of a message say, or null for one that comes for the first time. */
    public static @Nullable Retried of(BasicProperties properties) {
        Map<String, Object> headers = properties.getHeaders() == null ? Map.of() : properties.getHeaders();
        var failure = AmqpEvents.text(headers.get(FAILURE));
        return failure != null && headers.get(ROUND) instanceof Number round
                ? new Retried(failure, round.intValue())
                : null;
    }

    /** The same message, marked. */
    public BasicProperties mark(BasicProperties properties) {
        var headers = new HashMap<String, Object>(properties.getHeaders() == null ? Map.of() : properties.getHeaders());
        headers.put(FAILURE, failureId);
        headers.put(ROUND, round);
        return properties.builder().headers(headers).build();
    }
}
