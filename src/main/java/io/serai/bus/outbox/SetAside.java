// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.bus.Failure;
import io.serai.bus.Parking;
import io.serai.message.Invalid;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes failures of rows that can never be published, so that they hold up nothing and a person finds them: columns become
 * headers {@code cloudEvents_NAME} as they are, the body stays whole (Invalid Message Channel).
 *
 * <p>They are dead at once and come from {@code route:outbox}, which nothing can send them back to. A row that is set aside
 * twice, after a crash, is one failure.
 */
final class SetAside {

    private static final String FROM = "outbox";
    private static final String NO_RETRY = "none";
    private static final String ATTRIBUTE = "cloudEvents_";

    private final Parking parking;

    SetAside(Parking parking) {
        this.parking = parking;
    }

    /** Parks a row that is no event; completes when the broker has it. */
    CompletableFuture<Void> park(OutboxRows.Unreadable row) {
        return park(
                row.position(),
                row.columns(),
                row.data(),
                new Invalid("reading row " + row.position() + " of the outbox: it is no event", row.cause()));
    }

    /** Parks an event that AMQP cannot carry; completes likewise. */
    CompletableFuture<Void> park(OutboxRows.EventRow row, Invalid cause) {
        var event = row.event();
        Map<String, Object> columns = new HashMap<>(event.extensions());
        columns.put("id", event.id());
        columns.put("source", event.source());
        columns.put("type", event.type().name());
        put(columns, "time", event.time() == null ? null : event.time().toString());
        put(columns, "subject", event.subject());
        put(columns, "dataschema", event.dataSchema());
        put(columns, "datacontenttype", event.dataContentType());
        return park(row.position(), columns, event.data(), cause);
    }

    private CompletableFuture<Void> park(long position, Map<String, ?> columns, byte[] data, Invalid cause) {
        var headers = new HashMap<String, Object>();
        columns.forEach((name, value) -> headers.put(ATTRIBUTE + name, value));
        var contentType = headers.remove(ATTRIBUTE + "datacontenttype");
        var properties = new BasicProperties.Builder()
                .contentType(contentType == null ? null : contentType.toString())
                .headers(headers)
                .build();
        var identity = position + "\n" + columns.get("source") + "\n" + columns.get("id");
        return parking.park(FROM, NO_RETRY, identity, properties, data, Failure.of(cause));
    }

    private static void put(Map<String, Object> columns, String name, @Nullable String value) {
        if (value != null) {
            columns.put(name, value);
        }
    }
}
