// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultMessage;

/** One event of a batch: splitting the batch makes exchanges of these. */
final class EventMessage extends DefaultMessage {

    private final Event event;

    /** The batch's exchange is what the message converts its body with, until a splitter gives it one of its own. */
    EventMessage(Exchange batch, Event event) {
        super(batch.getContext());
        this.event = event;
        setExchange(batch);
        EventReader.read(event, this);
    }

    Event event() {
        return event;
    }

    /** Headers by name, and the bytes as {@code body}. */
    Map<String, Object> named() {
        var named = new HashMap<>(getHeaders());
        named.put("body", getBody());
        return named;
    }

    @Override
    public DefaultMessage newInstance() {
        return new EventMessage(getExchange(), event);
    }
}
