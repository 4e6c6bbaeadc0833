// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Event;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersApiIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern LONE_SURROGATE = Pattern.compile("[\\ud800-\\udfff]");
    private static final String ADA = user("Ada Lovelace", "ada@example.com");
    private static final String BOB = user("Bob", "bob@example.com");

    private static RouteFile routes;

    @BeforeAll
    static void start() {
        routes = RouteFile.start("users/users-api.camel.yaml");
    }

    @AfterAll
    static void stop() {
        if (routes != null) {
            routes.close();
        }
    }

    @BeforeEach
    void nobody() {
        routes.database().sql("delete from users").update();
        routes.events().reset();
    }

    @Nested
    class Creating {

        @Test
        void answersTheUserAndWhereItIs() throws IOException {
            var before = Instant.now();

            var created = routes.send("POST", "/api/users", ADA);

            assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
            var user = json(created);
            var id = user.path("id").asText();
            assertThat(created.headers().firstValue("Location")).hasValue("/api/users/" + id);
            assertThat(created.headers().firstValue("ETag")).hasValue("\"1\"");
            assertThat(created.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(user.fieldNames())
                    .toIterable()
                    .containsExactly("id", "name", "email", "version", "createdAt", "updatedAt");
            assertThat(id).hasSize(36);
            assertThat(user.path("name").asText()).isEqualTo("Ada Lovelace");
            assertThat(user.path("email").asText()).isEqualTo("ada@example.com");
            assertThat(user.path("version").isIntegralNumber()).isTrue();
            assertThat(user.path("updatedAt")).isEqualTo(user.path("createdAt"));
            assertThat(Instant.parse(user.path("createdAt").asText()))
                    .isBetween(before.minusSeconds(1), Instant.now().plusSeconds(1));
        }

        @Test
        void tellsWhatItAnswers() throws IOException {
            var user = create(ADA);

            assertThat(routes.events().published()).singleElement().satisfies(event -> {
                assertThat(told(event)).isEqualTo("user.created 1 " + id(user));
                assertThat(event.dataContentType()).isEqualTo("application/json");
                assertThat(JSON.readTree(event.data())).isEqualTo(user);
            });
        }

        @Test
        void twiceMakesTwo() throws IOException {
            assertThat(id(create(ADA))).isNotEqualTo(id(create(ADA)));
        }

        @Test
        void thatCannotBeToldIsUndone() throws IOException {
            routes.events().refuse();
            assertProblem(routes.send("POST", "/api/users", ADA), 503, "unavailable");
            assertThat(items()).isEmpty();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "A",
                    " Ada  Lovelace ",
                    "Zo\u00eb \u00c5ngstr\u00f6m",
                    "Zoe\u0308",
                    "\u674e\u5c0f\u9f8d",
                    "\u0645\u062d\u0645\u062f",
                    "\ud83d\udc69\u200d\ud83d\udcbb",
                    "O'Brien\"; drop table users; --",
                    "${body} ${header.id} {{x}} $simple{body}",
                    ":#name :?name # ? ${exchangeProperty.user}",
                    "<b>&amp;</b>\\u0041\\",
                })
        void keepsTheNameAsItIs(String name) throws IOException {
            var user = create(user(name, "ada@example.com"));
            assertThat(user.path("name").asText()).isEqualTo(name);
            assertThat(show(user)).isEqualTo(user);
            assertThat(items()).containsExactly(user);
            assertThat(JSON.readTree(routes.events().published().get(0).data())).isEqualTo(user);
        }

        @ParameterizedTest
        @ValueSource(strings = {"a", "\u00e4", "\u674e", "\ud83d\ude00"})
        void takesANameOf200CharactersOfAnyScriptAndNotOneMore(String character) throws IOException {
            var user = create(user(character.repeat(200), "ada@example.com"));
            assertThat(show(user).path("name").asText()).isEqualTo(character.repeat(200));
            refused(user(character.repeat(201), "ada@example.com"), 422, "$.name");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a@b",
                    "ADA@EXAMPLE.COM",
                    "ada.king+tag@mail.example-1.co.uk",
                    "!#$%&'*+-/=?^_`{|}~@example.com",
                    "ada@xn--exmple-cua.com"
                })
        void takesAnAddress(String email) throws IOException {
            assertThat(create(user("Ada", email)).path("email").asText()).isEqualTo(email);
        }

        @Test
        void takesAnAddressOf254CharactersAndNotOneMore() throws IOException {
            var label = "a".repeat(63);
            var domain = "@" + label + "." + label + "." + label;
            create(user("Ada", "a".repeat(62) + domain));
            refused(user("Ada", "a".repeat(63) + domain), 422, "$.email");
            refused(user("Ada", "a".repeat(65) + "@example.com"), 422, "$.email");
            refused(user("Ada", "a@" + label + "a.com"), 422, "$.email");
        }

        static Stream<Arguments> wrong() {
            return Stream.concat(
                    Stream.of(
                                    "",
                                    " ",
                                    "\u00a0",
                                    "\u3000",
                                    "\u2028",
                                    "\u200b",
                                    "\t",
                                    "A\u0000da",
                                    "Ada\n",
                                    "Ada\r\n",
                                    "\nAda",
                                    "A\u001bda",
                                    "A\u007fda",
                                    "A\u0085da",
                                    "A\ud800da",
                                    "Ada\udc00")
                            .map(name -> Arguments.of(user(name, "ada@example.com"), "$.name")),
                    Stream.of(
                                    "",
                                    " ",
                                    "ada",
                                    "@example.com",
                                    "ada@",
                                    "ada@@example.com",
                                    "ada@b@example.com",
                                    "a da@example.com",
                                    "ada@exam ple.com",
                                    " ada@example.com",
                                    "ada@example.com ",
                                    "ada@example.com\n",
                                    "ada@example.com\nBcc: eve@example.com",
                                    "ada@example.com\u0000",
                                    "ada@-example.com",
                                    "ada@example-.com",
                                    "ada@example..com",
                                    "ada@.example.com",
                                    "ada@example.com.",
                                    "ada@example,com",
                                    "<ada@example.com>",
                                    "ada@ex\u00e4mple.com",
                                    "\u00e4da@example.com")
                            .map(email -> Arguments.of(user("Ada", email), "$.email")));
        }

        @ParameterizedTest
        @MethodSource("wrong")
        void refusesANameOrAddressThatIsWrongAndSaysWhich(String body, String field) throws IOException {
            refused(body, 422, field);
        }

        @Test
        void refusesMuchTextAsQuicklyAsLittle() throws IOException {
            var much = 1_000_000;
            refused(user("a".repeat(much) + "\u0000", "ada@example.com"), 422, "$.name");
            refused(user(" ".repeat(much), "ada@example.com"), 422, "$.name");
            refused(user("Ada", "a".repeat(much)), 422, "$.email");
            refused(user("Ada", "a@" + "a.".repeat(much) + "\n"), 422, "$.email");
            refused(user("Ada", "a@" + "a".repeat(much) + "\n"), 422, "$.email");
        }

        @ParameterizedTest
        @ValueSource(strings = {"7", "true", "null", "[]", "{}", "[\"Ada\"]", "1e400"})
        void refusesWhatIsNoText(String value) throws IOException {
            refused("{\"name\":%s,\"email\":\"ada@example.com\"}".formatted(value), 422, "$.name");
            refused("{\"name\":\"Ada\",\"email\":%s}".formatted(value), 422, "$.email");
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                {}                                                         | 422
                []                                                         | 422
                null                                                       | 422
                7                                                          | 422
                {"name":"Ada"}                                             | 422
                {"email":"ada@example.com"}                                | 422
                {"name":"Ada","email":"ada@example.com","id":"7"}          | 422
                {"name":"Ada","email":"ada@example.com","version":7}       | 422
                ``                                                         | 400
                {                                                          | 400
                {"name":"Ada","email":"ada@example.com"                    | 400
                {"name":"Ada","email":"ada@example.com"}}                  | 400
                {"name":"Ada","email":"ada@example.com"} {}                | 400
                {"name":"Ada","name":"Bob","email":"ada@example.com"}      | 400
                {'name':'Ada','email':'ada@example.com'}                   | 400
                name=Ada&email=ada@example.com                             | 400
                """)
        void refusesWhatIsNoUser(String body, int status) throws IOException {
            refused(body, status, "");
        }

        @ParameterizedTest
        @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/xml"})
        void refusesWhatIsNotSentAsJson(String type) throws IOException {
            var answer = routes.sendAs(type, "POST", "/api/users", ADA);
            assertProblem(answer, 415, "unsupported-media-type");
            assertThat(items()).isEmpty();
        }

        @Test
        void takesJsonWithACharset() throws IOException {
            assertThat(routes.sendAs("application/json; charset=UTF-8", "POST", "/api/users", ADA)
                            .statusCode())
                    .isEqualTo(201);
        }

        private void refused(String body, int status, String field) throws IOException {
            var created = items();
            var post = routes.send("POST", "/api/users", body);
            assertProblem(post, status, status == 422 ? "invalid" : "malformed-json");
            assertThat(json(post).path("errors").findValuesAsText("name").toString())
                    .contains(field);
            assertThat(items()).isEqualTo(created);

            var user = create(BOB);
            var put = routes.send("PUT", path(user), body, "If-Match", "\"1\"");
            assertProblem(put, status, status == 422 ? "invalid" : "malformed-json");
            assertThat(show(user)).isEqualTo(user);
            assertThat(routes.events().published()).hasSize(created.size() + 1);
        }
    }

    @Nested
    class Showing {

        @Test
        void answersTheUserWithItsVersion() throws IOException {
            var user = create(ADA);
            var shown = routes.send("GET", path(user), "");
            assertThat(shown.statusCode()).isEqualTo(200);
            assertThat(shown.headers().firstValue("ETag")).hasValue("\"1\"");
            assertThat(shown.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(json(shown)).isEqualTo(user);
        }

        @ParameterizedTest
        @ValueSource(strings = {"none", "7", "~", "*", "%25", "%27%20or%201=1--", "${header.x}", "%E6%9D%8E", "x%0Ay"})
        void ofAnUnknownIdIs404(String id) throws IOException {
            create(ADA);
            assertProblem(routes.send("GET", "/api/users/" + escaped(id), ""), 404, "not-found");
        }

        /** PostgreSQL takes no NUL, so none may get that far. */
        @ParameterizedTest
        @ValueSource(strings = {"%00", "a%00b", "%C3%28"})
        void ofAnIdThatIsNoTextIsRefused(String id) throws IOException {
            assertThat(routes.send("GET", "/api/users/" + id, "").statusCode()).isEqualTo(400);
            assertThat(routes.send("DELETE", "/api/users/" + id, "").statusCode())
                    .isEqualTo(400);
        }

        @Test
        void isOfTheIdInThePathWhateverElseIsSent() throws IOException {
            var ada = create(ADA);
            var bob = create(BOB);
            assertThat(json(routes.send("GET", path(ada) + "?id=" + id(bob), "", "id", id(bob))))
                    .isEqualTo(ada);
            assertThat(routes.send("DELETE", path(ada) + "?id=" + id(bob), "", "id", id(bob))
                            .statusCode())
                    .isEqualTo(204);
            assertThat(items()).containsExactly(bob);
        }

        @Test
        void answersNothingThatTheClientSent() throws IOException {
            var user = create(ADA);
            var shown = routes.send(
                    "GET", path(user) + "?Location=http://evil.example&X-A=b", "", "Location", "http://evil.example");
            assertThat(shown.statusCode()).isEqualTo(200);
            assertThat(shown.headers().map()).doesNotContainKeys("Location", "location", "X-A", "x-a");
            assertThat(json(shown)).isEqualTo(user);
        }
    }

    @Nested
    class Changing {

        @ParameterizedTest
        @ValueSource(strings = {"\"1\"", "*", "\"1\", \"7\"", "\"7\",\"1\"", "\"7\" , \"1\"", "W/\"1\", \"1\""})
        void needsTheVersionItIsMeantFor(String tags) throws IOException {
            var user = create(ADA);

            var changed = routes.send("PUT", path(user), BOB, "If-Match", tags);

            assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
            assertThat(changed.headers().firstValue("ETag")).hasValue("\"2\"");
            assertThat(json(changed).path("name").asText()).isEqualTo("Bob");
            assertThat(json(changed).path("version").asLong()).isEqualTo(2);
            assertThat(json(changed).path("createdAt")).isEqualTo(user.path("createdAt"));
            assertThat(show(user)).isEqualTo(json(changed));
            var event = routes.events().published().get(1);
            assertThat(told(event)).isEqualTo("user.updated 2 " + id(user));
            assertThat(JSON.readTree(event.data())).isEqualTo(json(changed));
        }

        @Test
        void takesVersionsInSeveralLines() throws IOException {
            var user = create(ADA);
            assertThat(routes.send("PUT", path(user), BOB, "If-Match", "\"7\"", "If-Match", "\"1\"")
                            .statusCode())
                    .isEqualTo(200);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "\"7\"",
                    "\"0\"",
                    "W/\"1\"",
                    "1",
                    "\"1",
                    "\"11\"",
                    "\"\"",
                    "\"7\", \"8\"",
                    "\"*\"",
                    "${body[etag]}"
                })
        void ofAnotherVersionIsRefused(String tags) throws IOException {
            var user = create(ADA);
            assertProblem(routes.send("PUT", path(user), BOB, "If-Match", tags), 412, "precondition-failed");
            assertProblem(routes.send("DELETE", path(user), "", "If-Match", tags), 412, "precondition-failed");
            assertThat(show(user)).isEqualTo(user);
            assertThat(routes.events().published()).hasSize(1);
        }

        @Test
        void withoutAVersionIsRefused() throws IOException {
            var user = create(ADA);
            assertProblem(routes.send("PUT", path(user), BOB), 428, "precondition-required");
            assertProblem(routes.send("PUT", path(user), BOB, "If-Match", ""), 428, "precondition-required");
            assertThat(show(user)).isEqualTo(user);
        }

        @Test
        void ofOneVersionByTwoWorksForOne() throws Exception {
            for (int round = 0; round < 10; round++) {
                var user = create(ADA);
                var two = Executors.newFixedThreadPool(2);
                Callable<Integer> change = () ->
                        routes.send("PUT", path(user), BOB, "If-Match", "\"1\"").statusCode();
                var answers = new ArrayList<Integer>();
                for (var answer : two.invokeAll(List.of(change, change))) {
                    answers.add(answer.get());
                }
                two.shutdown();
                assertThat(answers).containsExactlyInAnyOrder(200, 412);
            }
        }

        @Test
        void ofAnUnknownIdIs404() throws IOException {
            assertProblem(routes.send("PUT", "/api/users/none", BOB, "If-Match", "*"), 404, "not-found");
            assertThat(routes.events().published()).isEmpty();
        }

        @Test
        void thatCannotBeToldIsUndone() throws IOException {
            var user = create(ADA);
            routes.events().refuse();
            assertProblem(routes.send("PUT", path(user), BOB, "If-Match", "\"1\""), 503, "unavailable");
            assertThat(show(user)).isEqualTo(user);
        }
    }

    @Nested
    class Deleting {

        @ParameterizedTest
        @ValueSource(strings = {"", "\"1\"", "*", "\"7\", \"1\""})
        void takesAVersionOrNone(String tags) throws IOException {
            var user = create(ADA);
            var other = create(BOB);

            var deleted = tags.isEmpty()
                    ? routes.send("DELETE", path(user), "")
                    : routes.send("DELETE", path(user), "", "If-Match", tags);

            assertThat(deleted.statusCode()).as(deleted.body()).isEqualTo(204);
            assertThat(deleted.body()).isEmpty();
            assertThat(deleted.headers().firstValue("Content-Type")).isEmpty();
            assertThat(items()).containsExactly(other);
            var event = routes.events().published().get(2);
            assertThat(told(event)).isEqualTo("user.deleted 2 " + id(user));
            assertThat(JSON.readTree(event.data()).path("email").asText()).isEqualTo("ada@example.com");
            assertProblem(routes.send("DELETE", path(user), ""), 404, "not-found");
        }

        @Test
        void thatCannotBeToldIsUndone() throws IOException {
            var user = create(ADA);
            routes.events().refuse();
            assertProblem(routes.send("DELETE", path(user), ""), 503, "unavailable");
            assertThat(show(user)).isEqualTo(user);
        }
    }

    @Nested
    class Listing {

        @Test
        void ofNobodyIsEmpty() throws IOException {
            var answer = routes.send("GET", "/api/users", "");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
            assertThat(answer.body()).isEqualTo("{\"items\":[],\"next\":null}");
        }

        @ParameterizedTest
        @CsvSource({
            "'',50",
            "limit=,50",
            "limit=1,1",
            "limit=9,9",
            "limit=60,60",
            "limit=99,70",
            "limit=100,70",
            "limit=500,70"
        })
        void answersAsManyAsAskedFor(String query, int expected) throws IOException {
            fill(70);
            assertThat(items(query)).hasSize(expected);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "0",
                    "-1",
                    "501",
                    "600",
                    "1000",
                    "99999999999999999999",
                    "007",
                    "1.5",
                    "1e2",
                    "x",
                    "%2B5",
                    "5%20",
                    "%D9%A3",
                    "%00",
                    "5%0A",
                    "1&limit=2"
                })
        void refusesALimitThatIsNoNumberFrom1To500(String limit) throws IOException {
            assertProblem(routes.send("GET", "/api/users?limit=" + limit, ""), 422, "invalid");
        }

        @ParameterizedTest
        @ValueSource(strings = {"x", "~", "%00", "%27", "null", "%E6%9D%8E", "a&cursor=b", "0193-"})
        void refusesACursorThatIsNone(String cursor) throws IOException {
            assertProblem(routes.send("GET", "/api/users?cursor=" + cursor, ""), 422, "invalid");
        }

        @Test
        void goesThroughAllInPagesNewestFirst() throws IOException {
            fill(7);
            var all = ids(items(""));
            assertThat(all).hasSize(7).isSortedAccordingTo(java.util.Comparator.reverseOrder());

            var paged = new ArrayList<String>();
            var next = "";
            do {
                var page = json(routes.send("GET", "/api/users?limit=3" + next, ""));
                paged.addAll(ids(list(page.path("items"))));
                next = page.path("next").isNull()
                        ? ""
                        : "&cursor=" + page.path("next").asText();
            } while (!next.isEmpty());
            assertThat(paged).isEqualTo(all);
        }

        @Test
        void namesNoNextPageWhereThereIsNone() throws IOException {
            fill(3);
            assertThat(json(routes.send("GET", "/api/users?limit=3", ""))
                            .path("next")
                            .isNull())
                    .isTrue();
            assertThat(json(routes.send("GET", "/api/users?limit=2", ""))
                            .path("next")
                            .asText())
                    .isEqualTo(ids(items("")).get(1));
        }

        private void fill(int users) {
            for (int i = 0; i < users; i++) {
                routes.database()
                        .sql(
                                "insert into users values (:id, 'Ada', 'ada@example.com', 1, current_timestamp, current_timestamp)")
                        .param("id", io.serai.message.EventIds.next())
                        .update();
            }
        }
    }

    private static String user(String name, String email) {
        var user = JSON.createObjectNode().put("name", name).put("email", email).toString();
        // what is no text by itself can only be sent escaped
        return LONE_SURROGATE
                .matcher(user)
                .replaceAll(lone -> "\\\\u%04x".formatted((int) lone.group().charAt(0)));
    }

    private static JsonNode create(String user) throws IOException {
        var created = routes.send("POST", "/api/users", user);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return json(created);
    }

    private static JsonNode show(JsonNode user) throws IOException {
        return json(routes.send("GET", path(user), ""));
    }

    private static List<JsonNode> items() throws IOException {
        return items("");
    }

    private static List<JsonNode> items(String query) throws IOException {
        var answer = routes.send("GET", "/api/users?" + query, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return list(json(answer).path("items"));
    }

    private static List<JsonNode> list(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static List<String> ids(List<JsonNode> users) {
        return users.stream().map(UsersApiIT::id).toList();
    }

    private static String id(JsonNode user) {
        return user.path("id").asText();
    }

    private static String path(JsonNode user) {
        return "/api/users/" + id(user);
    }

    private static String told(Event event) {
        return event.type().name() + " " + event.extensions().get(Event.SEQUENCE) + " " + event.subject();
    }

    private static String escaped(String id) {
        return id.replace("$", "%24").replace("{", "%7B").replace("}", "%7D");
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }

    private static void assertProblem(HttpResponse<String> response, int status, String type) throws IOException {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(response).path("type").asText()).isEqualTo("/problems/" + type);
        assertThat(json(response).path("detail").asText()).isNotBlank();
    }
}
