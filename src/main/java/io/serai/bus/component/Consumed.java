// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.jspecify.annotations.Nullable;

/**
 * Ties what a route publishes to what it has consumed, through an exchange property.
 *
 * <p>A consumed event's attributes are headers that stay on the message; they must not become those of the next event by
 * accident. A header counts as set by the route only where it differs from the consumed one.
 *
 * @param correlationId the journey all of this belongs to
 * @param causationId the event that caused what follows; absent where the route began otherwise
 * @param headers the event headers as they were consumed
 */
record Consumed(@Nullable String correlationId, @Nullable String causationId, Map<String, Object> headers) {

    private static final String PROPERTY = "SeraiConsumed";
    private static final Consumed NOTHING = new Consumed(null, null, Map.of());

    static void mark(Exchange exchange, Event event) {
        exchange.setProperty(PROPERTY, of(event));
    }

    static Consumed of(Event event) {
        var correlation = event.correlationId();
        return new Consumed(correlation == null ? event.id() : correlation, event.id(), EventReader.headers(event));
    }

    /** What the message, or else its exchange, came from; splitting a batch leaves the property on each message. */
    static Consumed by(Exchange exchange) {
        if (exchange.getMessage() instanceof EventMessage message) {
            return of(message.event());
        }
        var consumed = exchange.getProperty(PROPERTY, Consumed.class);
        return consumed == null ? NOTHING : consumed;
    }

    /** The first event that a route publishes of itself begins a journey; what it publishes next belongs to it. */
    static void began(Exchange exchange, String eventId) {
        exchange.setProperty(PROPERTY, new Consumed(eventId, null, Map.of()));
    }

    @Nullable
    String setByRoute(Message message, String header) {
        var value = message.getHeader(header, String.class);
        return value == null || value.isEmpty() || Objects.equals(value, headers.get(header)) ? null : value;
    }
}
