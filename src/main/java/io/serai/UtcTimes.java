// SPDX-License-Identifier: Apache-2.0
package io.serai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import java.io.IOException;
import java.sql.Timestamp;
import java.time.OffsetDateTime;
import org.springframework.boot.jackson.JsonComponent;

/**
 * Writes the times that routes read from a database as RFC 3339 in UTC, to the microsecond, like {@code
 * 2026-11-21T10:00:00.123456Z}: PostgreSQL gives them as a {@link Timestamp} and H2 as an {@link OffsetDateTime} of the
 * machine's zone, and a route answers the same on both.
 */
@JsonComponent
class UtcTimes {

    static final class OfPostgres extends JsonSerializer<Timestamp> {

        @Override
        public void serialize(Timestamp time, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(time.toInstant().toString());
        }
    }

    static final class OfH2 extends JsonSerializer<OffsetDateTime> {

        @Override
        public void serialize(OffsetDateTime time, JsonGenerator json, SerializerProvider provider) throws IOException {
            json.writeString(time.toInstant().toString());
        }
    }
}
