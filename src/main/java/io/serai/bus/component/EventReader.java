// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Message;

/** Shows a consumed event to a route: attributes as headers, the body as the bytes that came. */
final class EventReader {

    private EventReader() {}

    static void read(Event event, Message message) {
        headers(event).forEach(message::setHeader);
        message.setBody(event.data());
    }

    static Map<String, Object> headers(Event event) {
        var headers = new HashMap<String, Object>();
        headers.put(EventHeaders.ID, event.id());
        headers.put(EventHeaders.SOURCE, event.source());
        headers.put(EventHeaders.TYPE, event.type().name());
        headers.put(EventHeaders.IDEMPOTENCY_KEY, event.id());
        if (event.time() != null) {
            headers.put(EventHeaders.TIME, event.time().toString());
        }
        if (event.subject() != null) {
            headers.put(EventHeaders.SUBJECT, event.subject());
        }
        if (event.dataSchema() != null) {
            headers.put(EventHeaders.DATA_SCHEMA, event.dataSchema());
        }
        if (event.dataContentType() != null) {
            headers.put(EventHeaders.CONTENT_TYPE, event.dataContentType());
        }
        event.extensions().forEach((name, value) -> headers.put(EventHeaders.EXTENSION + name, value));
        return headers;
    }
}
