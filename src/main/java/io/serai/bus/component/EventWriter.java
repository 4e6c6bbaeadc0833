// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.message.Invalid;
import io.serai.message.Times;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.Expression;
import org.apache.camel.Message;
import org.apache.camel.support.ExchangeHelper;
import org.jspecify.annotations.Nullable;

/**
 * Makes an event of what a route publishes. An attribute comes from the endpoint's option, else from a header that the
 * route itself has set, else it has a default.
 *
 * <p>{@code correlationid} follows what was consumed and {@code causationid} is the consumed event's id; nothing else of
 * a consumed event goes on by itself.
 */
final class EventWriter {

    private final EventEndpoint endpoint;
    private final @Nullable Expression id;
    private final @Nullable Expression subject;
    private final @Nullable Expression time;
    private final @Nullable Expression source;
    private final @Nullable Expression contentType;
    private final @Nullable Expression dataSchema;
    private final Map<String, Expression> extensions = new HashMap<>();
    private final RouteBody bodies;

    EventWriter(EventEndpoint endpoint) {
        this.endpoint = endpoint;
        this.id = simple(endpoint.getEventId());
        this.subject = simple(endpoint.getSubject());
        this.time = simple(endpoint.getTime());
        this.source = simple(endpoint.getSource());
        this.contentType = simple(endpoint.getDataContentType());
        this.dataSchema = simple(endpoint.getDataSchema());
        endpoint.extensionExpressions().forEach((name, text) -> {
            var expression = simple(text);
            if (expression != null) {
                extensions.put(name, expression);
            }
        });
        this.bodies = new RouteBody(endpoint.getCamelContext());
    }

    Event write(Exchange exchange, EventType type) {
        var consumed = Consumed.by(exchange);
        var message = exchange.getMessage();
        var eventId = first(evaluate(id, exchange), consumed.setByRoute(message, EventHeaders.ID));
        if (eventId == null) {
            eventId = EventIds.next();
        }
        var declared =
                first(evaluate(contentType, exchange), message.getHeader(EventHeaders.CONTENT_TYPE, String.class));
        var body = bodies.of(message.getBody(), declared, exchange);
        var event = new Event(
                eventId,
                sourceOf(exchange, consumed),
                type,
                first(evaluate(subject, exchange), consumed.setByRoute(message, EventHeaders.SUBJECT)),
                timeOf(first(evaluate(time, exchange), timeSetByRoute(consumed, message))),
                first(evaluate(contentType, exchange), body.contentType()),
                first(evaluate(dataSchema, exchange), consumed.setByRoute(message, EventHeaders.DATA_SCHEMA)),
                extensionsOf(exchange, consumed, eventId),
                body.bytes());
        if (consumed.correlationId() == null) {
            Consumed.began(exchange, eventId);
        }
        return event;
    }

    private String sourceOf(Exchange exchange, Consumed consumed) {
        var set = first(evaluate(source, exchange), consumed.setByRoute(exchange.getMessage(), EventHeaders.SOURCE));
        if (set != null) {
            return set;
        }
        var route = ExchangeHelper.getRouteId(exchange);
        return endpoint.services().properties().source() + "/" + (route == null ? "unknown" : route);
    }

    private Map<String, Object> extensionsOf(Exchange exchange, Consumed consumed, String eventId) {
        var values = new HashMap<String, Object>();
        var correlation = consumed.correlationId();
        values.put(Event.CORRELATION_ID, correlation == null ? eventId : correlation);
        var causation = consumed.causationId();
        if (causation != null) {
            values.put(Event.CAUSATION_ID, causation);
        }
        extensions.forEach((name, expression) -> {
            var value = evaluate(expression, exchange);
            if (value != null) {
                values.put(name, value);
            }
        });
        return values;
    }

    /** As text, Java leaves out seconds that are zero. */
    private static @Nullable String timeSetByRoute(Consumed consumed, Message message) {
        var value = message.getHeader(EventHeaders.TIME);
        if (value instanceof OffsetDateTime time) {
            return time.toInstant().toString();
        } else if (value instanceof ZonedDateTime time) {
            return time.toInstant().toString();
        }
        return consumed.setByRoute(message, EventHeaders.TIME);
    }

    private static Instant timeOf(@Nullable String text) {
        try {
            // the outbox keeps microseconds, so an event is the same whichever way it goes
            return text == null ? Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MICROS) : Times.parse(text);
        } catch (DateTimeException malformed) {
            throw new Invalid("publishing: time is not RFC 3339, like 2026-11-21T10:00:00Z", malformed);
        }
    }

    private @Nullable Expression simple(@Nullable String text) {
        return text == null
                ? null
                : endpoint.getCamelContext().resolveLanguage("simple").createExpression(text);
    }

    private static @Nullable String evaluate(@Nullable Expression expression, Exchange exchange) {
        var value = expression == null ? null : expression.evaluate(exchange, String.class);
        return value == null || value.isEmpty() ? null : value;
    }

    private static @Nullable String first(@Nullable String one, @Nullable String other) {
        return one != null ? one : other;
    }
}
