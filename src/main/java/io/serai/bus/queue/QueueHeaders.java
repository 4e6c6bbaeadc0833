// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.component.springrabbit.DefaultMessagePropertiesConverter;
import org.springframework.amqp.core.MessageProperties;

/**
 * Maps message properties to headers and back; those of a message that was read do not go on to one that is sent, unless
 * the route sets them anew: its expiry, user, reply address and delivery mode are its own.
 */
final class QueueHeaders extends DefaultMessagePropertiesConverter {

    private static final String PROPERTY = "SeraiQueueHeaders";
    private static final String PREFIX = "CamelSpringRabbitmq";

    @Override
    public Map<String, Object> fromMessageProperties(MessageProperties properties, Exchange exchange) {
        var headers = super.fromMessageProperties(properties, exchange);
        var own = new HashMap<>(headers);
        own.keySet().removeIf(name -> !name.startsWith(PREFIX));
        exchange.setProperty(PROPERTY, own);
        return headers;
    }

    @Override
    public MessageProperties toMessageProperties(Exchange exchange) {
        Map<?, ?> consumed = exchange.getProperty(PROPERTY, Map.of(), Map.class);
        if (consumed.isEmpty()) {
            return super.toMessageProperties(exchange);
        }
        var copy = exchange.copy();
        copy.getMessage()
                .getHeaders()
                .entrySet()
                .removeIf(header -> header.getKey().startsWith(PREFIX)
                        && Objects.equals(consumed.get(header.getKey()), header.getValue()));
        return super.toMessageProperties(copy);
    }
}
