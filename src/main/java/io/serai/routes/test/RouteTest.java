// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;

/**
 * One case of a test file. The file is a list of these:
 *
 * <pre>{@code
 * - name: a new user gets a mail
 *   given:
 *     events: [{type: user.created, id: e1, body: {id: "7", name: Ada, email: ada@example.com}}]
 *   expect:
 *     reached:
 *       - {endpoint: "event:mail.requested", count: 1, body: {email: ada@example.com}}
 * }</pre>
 *
 * @param with other files of the routes folder that the route needs, as in {@code users/mail.camel.yaml}
 * @param mocks systems that are played; the first whose pattern matches an endpoint, and whose times are not used up, answers
 * @param within how long what is expected may take; it ends as soon as all of it is there
 */
record RouteTest(
        @JsonProperty(required = true) String name,
        List<String> with,
        Given given,
        List<Mock> mocks,
        @JsonProperty(required = true) Expect expect,
        @Nullable String within) {

    private static final Duration WITHIN = Duration.ofSeconds(5);

    @SuppressWarnings("NullAway") // what the file leaves out comes as null
    RouteTest {
        with = with == null ? List.of() : List.copyOf(with);
        given = given == null
                ? new Given(null, List.of(), null, null, null, Map.of(), List.of(), List.of(), Map.of(), Map.of())
                : given;
        mocks = mocks == null ? List.of() : List.copyOf(mocks);
    }

    /**
     * How long what is expected may take.
     *
     * @throws IllegalArgumentException where it is no duration such as 15s or 200ms
     */
    Duration patience() {
        return within == null ? WITHIN : DurationStyle.detectAndParse(within);
    }

    /**
     * What the route gets. Exactly one of {@code at}, {@code events} and {@code files} begins it; {@code at} is the file's
     * first route unless the others are there.
     *
     * @param at id of the route that takes body and headers as if its consumer had read them, whatever it reads from in the
     *     hub
     * @param events what is published before it; batch subscriptions get all of them together
     * @param body text as it is; anything else as JSON
     * @param bodyFile in place of body: a file beside the test
     * @param row in place of body: a row as {@code sql:} reads it, value by column
     * @param files put into folders the route reads, which are the test's own
     * @param sql statements that are run first, on a database with the hub's tables and nothing in them
     * @param properties in place of the configuration's
     * @param beans values that stand in for beans of these names, or make them there
     */
    record Given(
            @Nullable String at,
            List<GivenEvent> events,
            @Nullable JsonNode body,
            @Nullable String bodyFile,
            @Nullable Map<String, Object> row,
            Map<String, Object> headers,
            List<FileText> files,
            List<String> sql,
            Map<String, String> properties,
            Map<String, Object> beans) {

        @SuppressWarnings("NullAway") // as above
        Given {
            events = events == null ? List.of() : List.copyOf(events);
            headers = headers == null ? Map.of() : headers;
            files = files == null ? List.of() : List.copyOf(files);
            sql = sql == null ? List.of() : List.copyOf(sql);
            properties = properties == null ? Map.of() : Map.copyOf(properties);
            beans = beans == null ? Map.of() : Map.copyOf(beans);
        }
    }

    /** An event; what is left out is made up, the same in each run. */
    record GivenEvent(
            @JsonProperty(required = true) String type,
            @Nullable String id,
            @Nullable String source,
            @Nullable String subject,
            @Nullable String time,
            @Nullable String contentType,
            Map<String, String> extensions,
            @Nullable JsonNode body,
            @Nullable String bodyFile) {

        @SuppressWarnings("NullAway") // as above
        GivenEvent {
            extensions = extensions == null ? Map.of() : Map.copyOf(extensions);
        }
    }

    /**
     * A file, by its path as the route knows it.
     *
     * @param path in an expectation a pattern: {@code *} and {@code **} as in the shell
     * @param text the whole content
     * @param textFile in place of text: a file beside the test
     * @param contains in an expectation: part of the content
     * @param charset UTF-8 if not said
     */
    record FileText(
            @JsonProperty(required = true) String path,
            @Nullable String text,
            @Nullable String textFile,
            @Nullable String contains,
            Charset charset) {

        @SuppressWarnings("NullAway") // as above
        FileText {
            charset = charset == null ? StandardCharsets.UTF_8 : charset;
        }
    }

    /**
     * Plays the system behind an endpoint.
     *
     * @param endpoint pattern: exact, with {@code *} at its end, or a regular expression
     * @param times calls it answers, 1 or more; then the next mock that matches does. All if not said
     */
    record Mock(
            @JsonProperty(required = true) String endpoint,
            @Nullable Reply reply,
            @Nullable Thrown failure,
            @Nullable Integer times) {}

    /**
     * An exception that a mock throws.
     *
     * @param type class name; common ones without their package. If not said: HttpOperationFailedException where there is
     *     a status, SQLException where there is an SQL state, else IOException
     * @param status of an HttpOperationFailedException, 100 to 599
     * @param headers of an HttpOperationFailedException
     * @param body of an HttpOperationFailedException; text as it is, anything else as JSON
     * @param sqlState of an SQLException
     */
    record Thrown(
            @Nullable String type,
            @Nullable String message,
            @Nullable Integer status,
            Map<String, String> headers,
            @Nullable JsonNode body,
            @Nullable String sqlState) {

        @SuppressWarnings("NullAway") // as above
        Thrown {
            headers = headers == null ? Map.of() : Map.copyOf(headers);
        }
    }

    record Reply(@Nullable JsonNode body, @Nullable String bodyFile, Map<String, Object> headers) {

        @SuppressWarnings("NullAway") // as above
        Reply {
            headers = headers == null ? Map.of() : headers;
        }
    }

    /**
     * An exception that is expected.
     *
     * @param type class name, also without its package, and of any of the causes
     * @param message part of it
     */
    record Failing(@Nullable String type, @Nullable String message) {}

    /**
     * What must come of it. A route that fails must be expected to.
     *
     * @param answer the message as it leaves the route
     * @param reached what was sent to endpoints: {@code event:TYPE}, {@code failure:TYPE} and whatever leaves the hub
     */
    record Expect(
            @Nullable Content answer,
            @Nullable Failing failure,
            List<Reached> reached,
            List<Rows> rows,
            List<FileText> files) {

        @SuppressWarnings("NullAway") // as above
        Expect {
            reached = reached == null ? List.of() : List.copyOf(reached);
            rows = rows == null ? List.of() : List.copyOf(rows);
            files = files == null ? List.of() : List.copyOf(files);
        }
    }

    /**
     * A message.
     *
     * @param body text: all of it; JSON: at least these fields, lists in this order and of this length
     * @param headers at least these; values may end with {@code *} or be regular expressions
     */
    record Content(@Nullable JsonNode body, Map<String, Object> headers) {

        @SuppressWarnings("NullAway") // as above
        Content {
            headers = headers == null ? Map.of() : headers;
        }
    }

    /**
     * Messages to an endpoint.
     *
     * @param endpoint pattern, as of a mock
     * @param count how many came, one or more if not said
     * @param body what one of them must hold, as of {@link Content}
     */
    record Reached(
            @JsonProperty(required = true) String endpoint,
            @Nullable Integer count,
            @Nullable JsonNode body,
            Map<String, Object> headers) {

        @SuppressWarnings("NullAway") // as above
        Reached {
            headers = headers == null ? Map.of() : headers;
        }

        Content content() {
            return new Content(body, headers);
        }
    }

    /**
     * What the database holds afterwards.
     *
     * @param sql a query
     * @param are its rows, in order, at least these columns
     */
    record Rows(
            @JsonProperty(required = true) String sql,
            @JsonProperty(required = true) JsonNode are) {}
}
