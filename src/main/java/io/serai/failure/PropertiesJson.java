// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.rabbitmq.client.AMQP.BasicProperties;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * AMQP properties as JSON and back, so that a message goes back to its queue as it was.
 *
 * <pre>{"contentType":"application/json","messageId":"…","headers":{"cloudEvents_id":"…","n":{"int":5}}}</pre>
 *
 * Text, truth values and tables are JSON's own; other types are named, since the next reader may insist on them. A header
 * of a type that AMQP 0-9-1 knows and this does not comes back as text. {@code expiration} and {@code userId} are left out:
 * a message sent back must not expire, and its sender is the hub.
 */
@SuppressWarnings("JavaUtilDate") // the AMQP client speaks it
final class PropertiesJson {

    private static final int PERSISTENT = 2;
    private final ObjectMapper json = new ObjectMapper();

    String write(BasicProperties properties) {
        var all = json.createObjectNode();
        put(all, "contentType", properties.getContentType());
        put(all, "contentEncoding", properties.getContentEncoding());
        put(all, "correlationId", properties.getCorrelationId());
        put(all, "replyTo", properties.getReplyTo());
        put(all, "messageId", properties.getMessageId());
        put(all, "type", properties.getType());
        put(all, "appId", properties.getAppId());
        if (properties.getPriority() != null) {
            all.put("priority", properties.getPriority());
        }
        if (properties.getTimestamp() != null) {
            all.put("timestamp", properties.getTimestamp().getTime());
        }
        all.set("headers", table(properties.getHeaders() == null ? Map.of() : properties.getHeaders()));
        return all.toString();
    }

    BasicProperties read(String text) {
        try {
            var all = json.readTree(text);
            var properties = new BasicProperties.Builder()
                    .deliveryMode(PERSISTENT)
                    .contentType(text(all, "contentType"))
                    .contentEncoding(text(all, "contentEncoding"))
                    .correlationId(text(all, "correlationId"))
                    .replyTo(text(all, "replyTo"))
                    .messageId(text(all, "messageId"))
                    .type(text(all, "type"))
                    .appId(text(all, "appId"))
                    .headers(readTable(all.path("headers")));
            if (all.has("priority")) {
                properties.priority(all.path("priority").asInt());
            }
            if (all.has("timestamp")) {
                properties.timestamp(
                        Date.from(Instant.ofEpochMilli(all.path("timestamp").asLong())));
            }
            return properties.build();
        } catch (JsonProcessingException ours) {
            throw new IllegalStateException("reading the properties of a failure", ours);
        }
    }

    private ObjectNode table(Map<?, ?> values) {
        var table = json.createObjectNode();
        values.forEach((name, value) -> table.set(String.valueOf(name), value(value)));
        return table;
    }

    private JsonNode value(@Nullable Object value) {
        if (value == null || value instanceof Boolean) {
            return json.valueToTree(value);
        } else if (value instanceof Map<?, ?> table) {
            return json.createObjectNode().set("table", table(table));
        } else if (value instanceof List<?> list) {
            var array = json.createArrayNode();
            list.forEach(each -> array.add(value(each)));
            return array;
        } else if (value instanceof byte[] bytes) {
            return json.createObjectNode().put("bytes", Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof Date time) {
            return json.createObjectNode().put("time", time.getTime());
        } else if (value instanceof Number number) {
            return json.createObjectNode().put(nameOf(number), number.toString());
        }
        return json.getNodeFactory().textNode(value.toString());
    }

    private static String nameOf(Number number) {
        return number.getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> readTable(JsonNode table) {
        var values = new HashMap<String, @Nullable Object>();
        table.properties().forEach(field -> values.put(field.getKey(), readValue(field.getValue())));
        return values;
    }

    private @Nullable Object readValue(JsonNode value) {
        if (value.isNull()) {
            return null;
        } else if (value.isBoolean()) {
            return value.booleanValue();
        } else if (value.isArray()) {
            var list = new ArrayList<@Nullable Object>();
            value.forEach(each -> list.add(readValue(each)));
            return list;
        } else if (value.isObject()) {
            var typed = value.properties().iterator().next();
            return readTyped(typed.getKey(), typed.getValue());
        }
        return value.textValue();
    }

    private Object readTyped(String type, JsonNode value) {
        try {
            return switch (type) {
                case "table" -> readTable(value);
                case "bytes" -> value.binaryValue();
                case "time" -> Date.from(Instant.ofEpochMilli(value.longValue()));
                case "byte" -> Byte.valueOf(value.textValue());
                case "short" -> Short.valueOf(value.textValue());
                case "integer" -> Integer.valueOf(value.textValue());
                case "long" -> Long.valueOf(value.textValue());
                case "float" -> Float.valueOf(value.textValue());
                case "double" -> Double.valueOf(value.textValue());
                case "bigdecimal" -> new BigDecimal(value.textValue());
                default -> value.asText();
            };
        } catch (IOException ours) {
            throw new IllegalStateException("reading the properties of a failure", ours);
        }
    }

    private static void put(ObjectNode all, String name, @Nullable String value) {
        if (value != null) {
            all.put(name, value);
        }
    }

    private static @Nullable String text(JsonNode all, String name) {
        return all.path(name).textValue();
    }
}
