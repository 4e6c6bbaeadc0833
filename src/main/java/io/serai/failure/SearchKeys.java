// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.Configuration;
import com.jayway.jsonpath.InvalidPathException;
import com.jayway.jsonpath.JsonPath;
import com.jayway.jsonpath.JsonPathException;
import com.jayway.jsonpath.Option;
import com.jayway.jsonpath.spi.json.JacksonJsonNodeJsonProvider;
import com.jayway.jsonpath.spi.mapper.JacksonMappingProvider;
import io.serai.message.Invalid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads from a message what people look for it by: id, subject and correlationid of an event, and the business keys that JSON
 * paths name in its body.
 *
 * <p>Bounded: bodies over 1 MiB are not read, a message has at most 20 business keys, each of 200 UTF-16 units. A body that is
 * not JSON has none; nothing in a message can make it fail.
 */
final class SearchKeys {

    /** A value, in lower case, and what it is. */
    record Key(String name, String value) {}

    private static final Logger LOG = LoggerFactory.getLogger(SearchKeys.class);

    static final int MAX_VALUE = 200;

    private static final Map<String, String> BUILT_IN = Map.of(
            "orderId", "$.orderId", "shipmentId", "$.shipmentId", "sku", "$.sku", "id", "$.id", "email", "$.email");
    private static final int MAX_BODY = 1024 * 1024;
    private static final int MAX_PATHS = 50;
    private static final int MAX_NAME = 64;
    private static final int MAX_KEYS = 20;
    private static final int MAX_DEPTH = 200;

    private final ObjectMapper json = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            .build());
    private final Configuration readingOne = Configuration.builder()
            .jsonProvider(new JacksonJsonNodeJsonProvider(json))
            .mappingProvider(new JacksonMappingProvider(json))
            .options(Option.SUPPRESS_EXCEPTIONS)
            .build();
    private final Configuration readingAll = readingOne.addOptions(Option.ALWAYS_RETURN_LIST);
    private final Map<String, JsonPath> paths = new HashMap<>();

    /**
     * @param configured JSON paths by name, beside or in place of the built-in ones; an empty one takes a name away
     * @throws Invalid where one is no JSON path
     */
    SearchKeys(Map<String, String> configured) {
        var all = new HashMap<>(BUILT_IN);
        all.putAll(configured);
        all.values().removeIf(String::isBlank);
        if (all.size() > MAX_PATHS || all.keySet().stream().anyMatch(name -> name.length() > MAX_NAME)) {
            throw new Invalid("reading serai.failure.search-keys: expected at most 50 names of 64 characters");
        }
        all.forEach((name, path) -> paths.put(name, compiled(name, path)));
    }

    private static JsonPath compiled(String name, String path) {
        try {
            return JsonPath.compile(path);
        } catch (InvalidPathException malformed) {
            throw new Invalid(
                    "reading serai.failure.search-keys." + name + ": it is no JSON path, like $.orderId", malformed);
        }
    }

    /** The keys of a message, each once. */
    Collection<Key> of(FailedMessage message) {
        var keys = new LinkedHashSet<Key>();
        for (var attribute : List.of("id", "subject", "correlationid")) {
            add(keys, attribute, message.attribute(attribute));
        }
        var most = keys.size() + MAX_KEYS;
        var body = tree(message.body());
        if (body != null) {
            paths.forEach((name, path) -> read(body, name, path, most, keys));
        }
        return keys;
    }

    private void read(JsonNode body, String name, JsonPath path, int most, Set<Key> keys) {
        for (var each : found(body, name, path)) {
            if (keys.size() < most && each.isValueNode()) {
                add(keys, name, each.isNull() ? null : each.asText());
            }
        }
    }

    private Iterable<JsonNode> found(JsonNode body, String name, JsonPath path) {
        try {
            JsonNode all = path.read(body, readingAll);
            if (all != null) {
                return all;
            }
            // the path ends in a function, like length(): that has one result, which no list can be made of
            return List.of(json.<JsonNode>valueToTree(path.read(body, readingOne)));
        } catch (JsonPathException | IllegalArgumentException | ClassCastException unfit) {
            LOG.debug("a path does not fit a body name={}", name, unfit);
            return List.of();
        }
    }

    private @Nullable JsonNode tree(byte[] body) {
        if (body.length > MAX_BODY || !beginsLikeJson(body)) {
            return null;
        }
        try {
            return json.readTree(body);
        } catch (IOException notJson) {
            return null;
        }
    }

    /** Objects and arrays alone hold keys. */
    private static boolean beginsLikeJson(byte[] body) {
        for (byte each : body) {
            if (!Character.isWhitespace(each)) {
                return each == '{' || each == '[';
            }
        }
        return false;
    }

    private static void add(Set<Key> keys, String name, @Nullable String value) {
        if (value != null && !value.isBlank() && value.chars().noneMatch(Character::isISOControl)) {
            keys.add(new Key(name, normal(value)));
        }
    }

    /** As it is kept and looked for. PostgreSQL counts characters, H2 counts UTF-16 units, so these are what is cut to. */
    static String normal(String value) {
        var lower = value.strip().toLowerCase(Locale.ROOT);
        return new String(cut(lower).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    private static String cut(String text) {
        if (text.length() <= MAX_VALUE) {
            return text;
        }
        return text.substring(0, Character.isHighSurrogate(text.charAt(MAX_VALUE - 1)) ? MAX_VALUE - 1 : MAX_VALUE);
    }
}
