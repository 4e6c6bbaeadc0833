// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import io.serai.bus.component.RouteBody;
import io.serai.message.Invalid;
import org.apache.camel.CamelContext;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.support.converter.MessageConverter;

/**
 * Reads bodies as the bytes they are, whatever their content type says, so that text in another character set is not damaged
 * before a route has a chance. Writes bytes and text as {@link RouteBody} does. No Java object is read or written: the form
 * that another system expects is the route's to choose.
 */
final class QueueBodies implements MessageConverter {

    private final RouteBody bodies;

    QueueBodies(CamelContext camel) {
        this.bodies = new RouteBody(camel);
    }

    /** @throws Invalid where the body is neither bytes nor text */
    @Override
    public Message toMessage(Object body, MessageProperties properties) {
        if (body != null && !RouteBody.isBytes(body) && RouteBody.text(body) == null) {
            throw new Invalid("sending to a queue: a body of " + body.getClass().getName()
                    + " is neither bytes nor text; marshal it first, or convert it to a String");
        }
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
