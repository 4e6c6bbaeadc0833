// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.swagger.v3.oas.annotations.media.Schema;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event as the log holds it, shown as a CloudEvents JSON object ({@link StoredEventSerializer}).
 *
 * <p>Texts as stored, not an {@link io.serai.message.Event}: what was accepted once stays readable, whatever an event must
 * look like by then.
 *
 * @param position its place in the log, from 1
 * @param storedAt when it was stored, by the database's clock; never falls as the position rises
 * @param time RFC 3339; absent where the publisher has not said it
 * @param extensions each a text, a boolean or an integer
 * @param data the body; empty where the event has none
 */
@Schema(name = "StoredEvent", implementation = StoredEvent.Shown.class)
@JsonSerialize(using = StoredEventSerializer.class)
@SuppressWarnings("ArrayRecordComponent") // a body is compared by nobody and copied by nobody
record StoredEvent(
        long position,
        Instant storedAt,
        String id,
        String source,
        String type,
        @Nullable String subject,
        @Nullable String time,
        @Nullable String dataContentType,
        @Nullable String dataSchema,
        Map<String, Object> extensions,
        byte[] data) {

    /** How the serializer shows it, for the description of the HTTP surface; extensions stand beside these. */
    record Shown(
            String specversion,
            String id,
            String source,
            String type,
            @Nullable String subject,
            @Nullable String time,
            @Nullable String datacontenttype,
            @Nullable String dataschema,
            String position,
            Instant storedtime,
            @Nullable Object data,
            @Nullable String data_base64) {}

    static StoredEvent of(ResultSet row, int number) throws SQLException {
        return new StoredEvent(
                row.getLong("position"),
                row.getObject("stored_at", OffsetDateTime.class).toInstant(),
                row.getString("id"),
                row.getString("source"),
                row.getString("type"),
                row.getString("subject"),
                row.getString("time"),
                row.getString("datacontenttype"),
                row.getString("dataschema"),
                Extensions.read(row.getString("extensions")),
                row.getBytes("data"));
    }
}
