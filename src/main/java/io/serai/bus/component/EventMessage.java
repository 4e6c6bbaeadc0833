// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import org.apache.camel.CamelContext;
import org.apache.camel.support.DefaultMessage;

/** One event of a batch: splitting the batch makes exchanges of these. */
final class EventMessage extends DefaultMessage {

    private final Event event;

    EventMessage(CamelContext context, Event event) {
        super(context);
        this.event = event;
        EventReader.read(event, this);
    }

    Event event() {
        return event;
    }

    @Override
    public DefaultMessage newInstance() {
        return new EventMessage(getCamelContext(), event);
    }
}
