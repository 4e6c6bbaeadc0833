// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static io.serai.routes.reload.EditedHub.answering;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Route files over HTTP: read, checked, written, taken back; and what the hub does when it starts with a bad one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RouteFilesIT {

    private static final String NEW = "If-None-Match";

    private EditedHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        hub = EditedHub.start(folder, Map.of());
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    private static String draft(String content, String note) {
        try {
            return new ObjectMapper().writeValueAsString(Map.of("content", content, "note", note));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String etag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }

    @Test
    void aFileIsPutReadAndTakenBack() throws IOException {
        var at = "/api/route-files/t/put.camel.yaml";
        var made = hub.send("PUT", at, draft(answering("put", "first"), "begins"), NEW, "*");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(hub.get("/t/put").body()).isEqualTo("first");
        assertThat(Files.readString(hub.file("t/put.camel.yaml"))).isEqualTo(answering("put", "first"));

        assertThat(hub.send("PUT", at, draft(answering("put", "x"), ""), NEW, "*")
                        .statusCode())
                .isEqualTo(412);
        assertThat(hub.send("PUT", at, draft(answering("put", "x"), "")).statusCode())
                .isEqualTo(428);
        assertThat(hub.send("PUT", at, draft(answering("put", "x"), ""), "If-Match", "\"old\"")
                        .statusCode())
                .isEqualTo(412);

        var changed = hub.send("PUT", at, draft(answering("put", "second"), "goes on"), "If-Match", etag(made));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(hub.get("/t/put").body()).isEqualTo("second");
        assertThat(etag(hub.get(at))).isEqualTo(etag(changed));
        assertThat(JsonPath.<String>read(hub.get(at).body(), "$.state")).isEqualTo("LIVE");

        var versions = hub.get(at + "/versions").body();
        assertThat(JsonPath.<List<String>>read(versions, "$.items[*].note")).containsExactly("goes on", "begins");
        assertThat(JsonPath.<List<String>>read(versions, "$.items[*].who")).containsOnly("local");
        assertThat(JsonPath.<String>read(hub.get(at + "/versions/1").body(), "$.content"))
                .isEqualTo(answering("put", "first"));

        var back = hub.send("POST", at + "/rollback", "{\"version\":1}", "If-Match", etag(changed));
        assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
        assertThat(hub.get("/t/put").body()).isEqualTo("first");
        assertThat(JsonPath.<Integer>read(hub.get("/api/routes/put").body(), "$.version"))
                .isEqualTo(3);

        assertThat(hub.send("DELETE", at, "", "If-Match", etag(back)).statusCode())
                .isEqualTo(204);
        assertThat(hub.get("/t/put").statusCode()).isEqualTo(404);
        assertThat(hub.file("t/put.camel.yaml")).doesNotExist();
        assertThat(hub.get(at).statusCode()).isEqualTo(404);
        assertThat(JsonPath.<String>read(hub.get(at + "/versions").body(), "$.items[0].result"))
                .isEqualTo("REMOVED");
    }

    @Test
    void severalFilesAreWrittenAndRemovedAsOneChange() throws IOException {
        var made = together(
                file("t/with-one.camel.yaml", answering("with-one", "1"), null),
                file("t/with-two.camel.yaml", answering("with-two", "1"), null));
        assertThat(made.statusCode()).as(made.body()).isEqualTo(200);
        assertThat(JsonPath.<List<String>>read(made.body(), "$.items[*].state")).containsExactly("LIVE", "LIVE");
        assertThat(hub.get("/t/with-one").body() + hub.get("/t/with-two").body())
                .isEqualTo("11");
        var hashes = JsonPath.<List<String>>read(made.body(), "$.items[*].hash");

        var bad = together(
                file("t/with-one.camel.yaml", answering("with-one", "2"), hashes.get(0)),
                file("t/with-two.camel.yaml", answering("with-two", "2") + "        - to: foo:bar\n", hashes.get(1)));
        assertThat(bad.statusCode()).isEqualTo(422);
        assertThat(bad.body()).contains("findings");
        var old = together(
                file("t/with-one.camel.yaml", answering("with-one", "2"), hashes.get(0)),
                file("t/with-two.camel.yaml", answering("with-two", "2"), hashes.get(0)));
        assertThat(old.statusCode()).isEqualTo(412);
        assertThat(together(file("t/with-one.camel.yaml", answering("with-one", "2"), null))
                        .statusCode())
                .isEqualTo(412);
        assertThat(together(file("t/with-one.camel.yaml", null, null)).statusCode())
                .isEqualTo(428);
        assertThat(hub.get("/t/with-one").body() + hub.get("/t/with-two").body())
                .isEqualTo("11");
        assertThat(Files.readString(hub.file("t/with-one.camel.yaml"))).isEqualTo(answering("with-one", "1"));

        var moved = together(
                file("t/with-one.camel.yaml", null, hashes.get(0)),
                file("t/with-two.camel.yaml", null, hashes.get(1)),
                file("t/with-three.camel.yaml", answering("with-one", "3"), null));
        assertThat(moved.statusCode()).as(moved.body()).isEqualTo(200);
        assertThat(hub.get("/t/with-one").body()).isEqualTo("3");
        assertThat(hub.get("/t/with-two").statusCode()).isEqualTo(404);
        assertThat(hub.file("t/with-one.camel.yaml")).doesNotExist();
        assertThat(JsonPath.<String>read(
                        hub.get("/api/route-files/t/with-three.camel.yaml/versions")
                                .body(),
                        "$.items[0].note"))
                .isEqualTo("together");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"files\": []}",
                "{\"files\": [{}]}",
                "{\"files\": [{\"path\": \"../x.camel.yaml\", \"content\": \"\"}]}",
                "{\"files\": [{\"path\": \"x.camel.yaml\", \"content\": \"\"}, {\"path\": \"x.camel.yaml\"}]}"
            })
    void aChangeOfSeveralFilesThatIsNoneIsRefused(String body) {
        assertThat(hub.send("POST", "/api/route-files", body).statusCode()).isEqualTo(422);
    }

    private static Map<String, @Nullable String> file(String path, @Nullable String content, @Nullable String hash) {
        var file = new HashMap<String, @Nullable String>();
        file.put("path", path);
        file.put("content", content);
        file.put("hash", hash);
        return file;
    }

    private HttpResponse<String> together(Object... files) throws JsonProcessingException {
        return hub.send(
                "POST",
                "/api/route-files",
                new ObjectMapper().writeValueAsString(Map.of("files", files, "note", "together")));
    }

    @Test
    void aBadFileIsRefusedWithItsFindingsAndNotWritten() {
        var at = "/api/route-files/t/good.camel.yaml";
        var made = hub.send("PUT", at, draft(answering("good", "good"), ""), NEW, "*");
        var bad = answering("good", "bad") + "        - to: foo:bar\n";

        var refused = hub.send("PUT", at, draft(bad, ""), "If-Match", etag(made));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(JsonPath.<List<Integer>>read(refused.body(), "$.findings[?(@.severity=='ERROR')].line"))
                .containsExactly(8);
        assertThat(hub.get("/t/good").body()).isEqualTo("good");
        assertThat(etag(hub.get(at))).isEqualTo(etag(made));

        var validated = hub.send("POST", at + "/validate", draft(bad, ""));
        assertThat(JsonPath.<List<Integer>>read(validated.body(), "$.findings[?(@.severity=='ERROR')].line"))
                .containsExactly(8);
        assertThat(JsonPath.<List<?>>read(
                        hub.send("POST", at + "/validate", draft(answering("good", "x"), ""))
                                .body(),
                        "$.findings[?(@.severity=='ERROR')]"))
                .isEmpty();

        // written past the API, it is shown where the files are listed
        hub.write("t/good.camel.yaml", bad).awaitRefused("t/good.camel.yaml");
        var shown = "$.items[?(@.path=='t/good.camel.yaml')]";
        var list = hub.get("/api/route-files").body();
        assertThat(JsonPath.<List<Integer>>read(list, shown + ".findings[?(@.severity=='ERROR')].line"))
                .containsExactly(8);
        assertThat(JsonPath.<List<String>>read(list, shown + ".refusedAt")).hasSize(1);
        hub.delete("t/good.camel.yaml").awaitLive("t/good.camel.yaml");
    }

    @Test
    void aDraftIsTestedAndNothingOfItStays() throws JsonProcessingException {
        var at = "/api/route-files/t/drafted.camel.yaml";
        hub.send("PUT", at, draft(answering("drafted", "good"), ""), NEW, "*");
        var test = "- {name: answers, expect: {answer: {body: better}}}\n";

        for (var answer : List.of("better", "worse")) {
            var tested = hub.send(
                    "POST",
                    at + "/test",
                    new ObjectMapper()
                            .writeValueAsString(Map.of("content", answering("drafted", answer), "test", test)));
            assertThat(tested.statusCode()).as(tested.body()).isEqualTo(200);
            assertThat(JsonPath.<Boolean>read(tested.body(), "$.passed")).isEqualTo(answer.equals("better"));
            assertThat(JsonPath.<List<?>>read(tested.body(), "$.cases")).hasSize(1);
        }
        assertThat(hub.get("/t/drafted").body()).isEqualTo("good");
        assertThat(hub.file("t/drafted.test.yaml")).doesNotExist();
        assertThat(hub.send("POST", at + "/test", "{}").statusCode()).isEqualTo(422);
    }

    @Test
    void runsOfARouteShowAsItsRates() {
        hub.write("t/rated.camel.yaml", answering("rated", "x")).awaitLive("t/rated.camel.yaml");
        assertThat(JsonPath.<Map<?, ?>>read(hub.get("/api/routes/rated").body(), "$.rates"))
                .isEmpty();
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            hub.get("/t/rated");
            assertThat(JsonPath.<Double>read(hub.get("/api/routes/rated").body(), "$.rates.processed.1m"))
                    .isPositive();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"at-the-top", "a/one", "a/b/c/deep", "1/2/3/4/5/6/7/8/9/as-deep-as-it-goes"})
    void aFileIsReachedAtAnyDepth(String place) throws IOException {
        var id = place.substring(place.lastIndexOf('/') + 1);
        var path = place + ".camel.yaml";
        var at = "/api/route-files/" + path;
        var made = hub.send("PUT", at, draft(answering(id, "first"), ""), NEW, "*");
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(JsonPath.<String>read(made.body(), "$.path")).isEqualTo(path);
        assertThat(Files.readString(hub.file(path))).isEqualTo(answering(id, "first"));
        assertThat(hub.get("/t/" + id).body()).isEqualTo("first");

        assertThat(hub.send("POST", at + "/validate", draft("- rout: x", "")).body())
                .contains("\"file\":\"" + path + "\"");
        assertThat(hub.send("POST", at + "/test", "{\"test\":\"- {name: it, expect: {answer: {body: first}}}\"}")
                        .body())
                .contains("\"passed\":true");
        var second = hub.send("PUT", at, draft(answering(id, "second"), ""), "If-Match", etag(made));
        assertThat(JsonPath.<List<Integer>>read(hub.get(at + "/versions").body(), "$.items[*].number"))
                .containsExactly(2, 1);
        assertThat(JsonPath.<String>read(hub.get(at + "/versions/1").body(), "$.content"))
                .isEqualTo(answering(id, "first"));
        var back = hub.send("POST", at + "/rollback", "{\"version\":1}", "If-Match", etag(second));
        assertThat(hub.get("/t/" + id).body()).isEqualTo("first");
        assertThat(hub.send("DELETE", at, "", "If-Match", etag(back)).statusCode())
                .isEqualTo(204);
        assertThat(hub.file(path)).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "..",
                "../x.camel.yaml",
                "a/../../x.camel.yaml",
                "a..b/x.camel.yaml/../y.camel.yaml",
                "%2e%2e/x.camel.yaml",
                "a/%2e%2e/%2E%2e/x.camel.yaml",
                "a%2Fb/x.camel.yaml",
                "%2Fx.camel.yaml",
                "%2F/x.camel.yaml",
                "a/..%2f..%2Fx.camel.yaml",
                "a/b%5C..%5Cx.camel.yaml",
                "a//x.camel.yaml",
                "/x.camel.yaml",
                "a/b/x.camel.yaml/",
                "a/b;c/x.camel.yaml",
                "a/b/x.camel.yaml%00",
                ".hidden.camel.yaml",
                "a/.git/x.camel.yaml",
                "x.sh",
                "a/b/x.sh",
                "t/.yaml",
                "1/2/3/4/5/6/7/8/9/10/deeper.camel.yaml"
            })
    void pathsStayInTheFolder(String path) throws IOException {
        var before = everything();
        for (var method : List.of("PUT", "DELETE", "GET")) {
            var answer = method.equals("PUT")
                    ? hub.send(method, "/api/route-files/" + path, draft(answering("outside", "x"), ""), NEW, "*")
                    : hub.send(method, "/api/route-files/" + path, "", "If-Match", "*");
            assertThat(answer.statusCode()).as(method).isBetween(400, 499);
        }
        assertThat(everything()).isEqualTo(before);
    }

    /** In the routes folder, and beside it. */
    private Set<Path> everything() throws IOException {
        try (var files = Files.walk(hub.file(".").normalize().getParent())) {
            return files.filter(file -> file.toString().endsWith(".yaml")).collect(Collectors.toSet());
        }
    }

    @Test
    void aRouteIsStoppedAndStarted() {
        hub.write("t/controlled.camel.yaml", answering("controlled", "up")).awaitLive("t/controlled.camel.yaml");
        assertThat(JsonPath.<String>read(hub.get("/api/routes/controlled").body(), "$.file"))
                .isEqualTo("t/controlled.camel.yaml");
        for (var control : List.of("stop", "suspend")) {
            assertThat(JsonPath.<String>read(
                            hub.send("POST", "/api/routes/controlled/" + control, "")
                                    .body(),
                            "$.state"))
                    .isIn("stopped", "suspended");
            assertThat(hub.get("/t/controlled").statusCode()).isEqualTo(503);
            hub.send("POST", "/api/routes/controlled/" + (control.equals("stop") ? "start" : "resume"), "");
            assertThat(hub.get("/t/controlled").body()).isEqualTo("up");
        }
        assertThat(hub.send("POST", "/api/routes/nowhere/stop", "").statusCode())
                .isEqualTo(404);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(JsonPath.<List<String>>read(
                                hub.get("/api/routes/controlled").body(), "$.hubs"))
                        .hasSize(1));
    }

    @Test
    void aHubThatStartsWithABadFileRunsTheLastGoodOne() {
        hub.write("t/kept.camel.yaml", answering("kept", "good")).awaitLive("t/kept.camel.yaml");
        hub.stop();
        hub.write("t/kept.camel.yaml", answering("kept", "bad").replace("steps", "stepz"));
        hub.write("t/never.camel.yaml", "- route: {id: never, from: {uri: 'foo:bar', steps: []}}");
        hub.start();

        assertThat(hub.get("/t/kept").body()).isEqualTo("good");
        assertThat(JsonPath.<String>read(
                        hub.get("/api/route-files/t/kept.camel.yaml").body(), "$.state"))
                .isEqualTo("REFUSED");
        assertThat(hub.get("/actuator/health/routes").statusCode()).isEqualTo(200);

        hub.delete("t/never.camel.yaml");
        hub.write("t/kept.camel.yaml", answering("kept", "mended")).awaitLive("t/kept.camel.yaml");
        assertThat(hub.get("/t/kept").body()).isEqualTo("mended");
    }
}
