// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.component.RouteBody;
import org.apache.camel.CamelContext;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.support.converter.MessageConverter;

/**
 * Bodies as the bytes they are, whatever their content type says, so that text in another character set is not damaged
 * before a route has a chance; what a route sends is written as {@link RouteBody} says. No Java object is ever read.
 */
final class QueueBodies implements MessageConverter {

    private final RouteBody bodies;

    QueueBodies(CamelContext camel) {
        this.bodies = new RouteBody(camel);
    }

    @Override
    public Message toMessage(Object body, MessageProperties properties) {
        // Spring's default stands where the route has named none
        var named = properties.getContentType();
        var declared = MessageProperties.DEFAULT_CONTENT_TYPE.equals(named) ? null : named;
        var content = bodies.of(body, declared, null);
        if (content.contentType() != null) {
            properties.setContentType(content.contentType());
        }
        properties.setContentLength(content.bytes().length);
        return new Message(content.bytes(), properties);
    }

    @Override
    public Object fromMessage(Message message) {
        return message.getBody();
    }
}
