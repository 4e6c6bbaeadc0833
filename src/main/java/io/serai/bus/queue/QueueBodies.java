// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import java.nio.charset.StandardCharsets;
import org.apache.camel.CamelContext;
import org.apache.camel.NoTypeConversionAvailableException;
import org.springframework.amqp.core.Message;
import org.springframework.amqp.core.MessageProperties;
import org.springframework.amqp.support.converter.MessageConversionException;
import org.springframework.amqp.support.converter.MessageConverter;

/**
 * Bodies as the bytes they are, whatever their content type says, so that text in another character set is not damaged
 * before a route has a chance; text that a route sends is UTF-8. No Java object is ever read.
 */
final class QueueBodies implements MessageConverter {

    private final CamelContext camel;

    QueueBodies(CamelContext camel) {
        this.camel = camel;
    }

    @Override
    public Message toMessage(Object body, MessageProperties properties) {
        try {
            var isText = body instanceof CharSequence;
            var bytes = isText
                    ? body.toString().getBytes(StandardCharsets.UTF_8)
                    : body == null ? new byte[0] : camel.getTypeConverter().mandatoryConvertTo(byte[].class, body);
            if (MessageProperties.DEFAULT_CONTENT_TYPE.equals(properties.getContentType()) && isText) {
                properties.setContentType("text/plain;charset=utf-8");
            }
            properties.setContentLength(bytes.length);
            return new Message(bytes, properties);
        } catch (NoTypeConversionAvailableException unwritable) {
            throw new MessageConversionException(
                    "sending: a body of " + body.getClass().getName() + " is neither bytes nor text; marshal it first",
                    unwritable);
        }
    }

    @Override
    public Object fromMessage(Message message) {
        return message.getBody();
    }
}
