// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Extension attributes as the log's column: {@code {"correlationid":"0193...","flag":true}}, null for none. */
final class Extensions {

    private static final JsonMapper JSON = new JsonMapper();
    /** Made once: to make it takes longer than to read a column. */
    private static final ObjectReader ATTRIBUTES = JSON.readerFor(new TypeReference<TreeMap<String, Object>>() {});

    private Extensions() {}

    static @Nullable String write(Map<String, Object> extensions) {
        if (extensions.isEmpty()) {
            return null;
        }
        try {
            return JSON.writeValueAsString(extensions);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(
                    "writing extensions: a map of texts, booleans and integers did not become JSON", impossible);
        }
    }

    /** In the order of their names. */
    static Map<String, Object> read(@Nullable String column) {
        try {
            return column == null ? Map.of() : ATTRIBUTES.readValue(column);
        } catch (JsonProcessingException foreign) {
            throw new IllegalStateException("reading extensions: the log's column is no JSON object", foreign);
        }
    }
}
