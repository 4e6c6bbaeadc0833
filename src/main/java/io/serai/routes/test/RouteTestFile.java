// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.serai.message.Invalid;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a test file. */
final class RouteTestFile {

    static final String SUFFIX = ".test.yaml";

    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .addHandler(new UnknownIsAMistake())
            .build();

    private static final String SHAPE = "it is a list of {name, given, mocks, expect}";

    private RouteTestFile() {}

    /**
     * The cases, in order.
     *
     * @param path for errors
     * @throws Invalid with line and column where it is not such a file
     */
    static List<RouteTest> parse(String path, byte[] content) {
        try {
            var cases = YAML.readValue(content, new TypeReference<List<RouteTest>>() {});
            if (cases == null || cases.isEmpty()) {
                throw new Invalid(path + ": holds no case; " + SHAPE);
            }
            var names = new HashSet<String>();
            cases.forEach(each -> check(path, each, names));
            return cases;
        } catch (MismatchedInputException other) {
            var what = other.getPath().isEmpty() ? SHAPE : other.getOriginalMessage();
            throw new Invalid(at(path, other) + ": " + what, other);
        } catch (JsonProcessingException malformed) {
            throw new Invalid(at(path, malformed) + ": " + malformed.getOriginalMessage(), malformed);
        } catch (IOException impossible) {
            throw new IllegalStateException("reading bytes failed", impossible);
        }
    }

    private static void check(String path, RouteTest test, Set<String> names) {
        if (!names.add(test.name())) {
            throw new Invalid(path + ": two cases are named '" + test.name() + "'");
        }
        var given = test.given();
        var ways = (given.at() == null ? 0 : 1)
                + (given.events().isEmpty() ? 0 : 1)
                + (given.files().isEmpty() ? 0 : 1);
        if (ways > 1) {
            throw new Invalid(path + ": '" + test.name() + "' gives more than one of at, events and files");
        }
        try {
            test.patience();
        } catch (IllegalArgumentException none) {
            throw new Invalid(path + ": within of '" + test.name() + "' is no time such as 15s or 200ms", none);
        }
        for (var mock : test.mocks()) {
            if ((mock.reply() == null) == (mock.failure() == null)) {
                throw new Invalid(path + ": '" + test.name() + "' must say either reply or failure of the mock "
                        + mock.endpoint());
            }
            if (mock.times() != null && mock.times() < 1) {
                throw new Invalid(
                        path + ": '" + test.name() + "' must say times of 1 or more of the mock " + mock.endpoint());
            }
            check(path, test, mock.failure());
        }
    }

    private static void check(String path, RouteTest test, RouteTest.@Nullable Thrown failure) {
        if (failure == null) {
            return;
        }
        try {
            Exceptions.check(failure);
        } catch (Invalid unusable) {
            throw new Invalid(path + ": '" + test.name() + "': " + unusable.getMessage(), unusable);
        }
    }

    private static final class UnknownIsAMistake extends DeserializationProblemHandler {

        @Override
        public boolean handleUnknownProperty(
                DeserializationContext context,
                JsonParser parser,
                JsonDeserializer<?> deserializer,
                Object beanOrClass,
                String name)
                throws IOException {
            throw new JsonParseException(
                    parser,
                    "there is no '%s' here; known are %s".formatted(name, deserializer.getKnownPropertyNames()),
                    // at the name or just after it: a record's fields are read ahead
                    context.getParser().currentTokenLocation());
        }
    }

    private static String at(String path, JsonProcessingException where) {
        var location = where.getLocation();
        return location == null ? path : path + ":" + location.getLineNr() + ":" + location.getColumnNr();
    }
}
