// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Extension attributes as the log's column: {@code {"correlationid":"0193...","sequence":"1"}}, null for none. */
final class Extensions {

    private static final JsonMapper JSON = new JsonMapper();
    /** Made once: to make it takes longer than to read a column. */
    private static final ObjectReader TEXTS = JSON.readerFor(new TypeReference<TreeMap<String, String>>() {});

    private Extensions() {}

    static @Nullable String write(Map<String, String> extensions) {
        if (extensions.isEmpty()) {
            return null;
        }
        try {
            return JSON.writeValueAsString(extensions);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("writing extensions: a map of strings did not become JSON", impossible);
        }
    }

    /** In the order of their names. */
    static Map<String, String> read(@Nullable String column) {
        try {
            return column == null ? Map.of() : TEXTS.readValue(column);
        } catch (JsonProcessingException foreign) {
            throw new IllegalStateException("reading extensions: the log's column is no JSON of strings", foreign);
        }
    }
}
