// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static io.serai.routes.reload.EditedHub.answering;
import static org.assertj.core.api.Assertions.assertThat;

import com.jayway.jsonpath.JsonPath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A hub that is deployed as a whole: files come together or not at all, and only from the folder. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestrictedEditsIT {

    private EditedHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        hub = EditedHub.start(folder, Map.of(), "--serai.routes.change-set=all", "--serai.routes.editable=false");
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    @Test
    void ofFilesThatAreWrittenTogetherNoneGoesLiveUntilAllAreGood() {
        hub.write("set/a.camel.yaml", answering("a", "old"))
                .write("set/b.camel.yaml", answering("b", "old"))
                .write("set/gone.camel.yaml", answering("gone", "old"))
                .awaitLive("set/a.camel.yaml", "set/b.camel.yaml", "set/gone.camel.yaml");

        hub.write("set/a.camel.yaml", answering("a", "new"))
                .write("set/b.camel.yaml", answering("b", "new").replace("setBody", "setBoddy"))
                .write("set/c.camel.yaml", answering("c", "new").replace("constant", "konstant"))
                .delete("set/gone.camel.yaml");
        for (var file : List.of("set/a.camel.yaml", "set/b.camel.yaml", "set/c.camel.yaml", "set/gone.camel.yaml")) {
            assertThat(hub.awaitRefused(file)).isNotEmpty();
        }
        oldRuns();
        assertThat(hub.get("/t/c").statusCode()).isEqualTo(404);

        // one of two is mended
        hub.write("set/b.camel.yaml", answering("b", "new"));
        assertThat(hub.awaitRefused("set/b.camel.yaml").get(0).file()).isEqualTo("set/c.camel.yaml");
        oldRuns();

        hub.write("set/c.camel.yaml", answering("c", "new"))
                .awaitLive("set/a.camel.yaml", "set/b.camel.yaml", "set/c.camel.yaml", "set/gone.camel.yaml");
        for (var id : List.of("a", "b", "c")) {
            assertThat(hub.get("/t/" + id).body()).isEqualTo("new");
        }
        assertThat(hub.get("/t/gone").statusCode()).isEqualTo(404);
        assertThat(hub.reloader().refused()).isEmpty();
    }

    private void oldRuns() {
        for (var id : List.of("a", "b", "gone")) {
            assertThat(hub.get("/t/" + id).body()).as(id).isEqualTo("old");
        }
    }

    @Test
    void theApiOnlyReadsWhereFilesAreNotEditableAndTheFolderGoesLive() {
        var file = "t/fixed.camel.yaml";
        hub.write(file, answering("fixed", "first")).awaitLive(file);
        var at = "/api/route-files/" + file;
        var etag = hub.get(at).headers().firstValue("ETag").orElseThrow();
        var draft = "{\"content\": \"- route: {}\"}";

        for (var refused : List.of(
                hub.send("PUT", at, draft, "If-Match", etag),
                hub.send("PUT", "/api/route-files/t/new.camel.yaml", draft, "If-None-Match", "*"),
                hub.send("DELETE", at, "", "If-Match", etag),
                hub.send("POST", at + "/rollback", "{\"version\": 1}", "If-Match", etag),
                hub.send("POST", at + "/validate", draft),
                hub.send("POST", at + "/test", draft),
                hub.send("POST", at + "/test", "{\"test\": \"- name: a\"}"),
                hub.send("POST", "/api/routes/fixed/stop", ""),
                hub.send("POST", "/api/routes/fixed/suspend", ""),
                hub.send("POST", "/api/routes/fixed/start", ""),
                hub.send("POST", "/api/routes/fixed/resume", ""))) {
            assertThat(refused.statusCode()).as(refused.uri().toString()).isEqualTo(403);
            assertThat(refused.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(JsonPath.<String>read(refused.body(), "$.detail"))
                    .contains("serai.routes.editable is false; change it where the folder comes from");
        }
        assertThat(hub.file("t/new.camel.yaml")).doesNotExist();
        assertThat(hub.get("/t/fixed").body()).isEqualTo("first");
        assertThat(JsonPath.<Boolean>read(hub.get("/api/route-files").body(), "$.editable"))
                .isFalse();
        // tests of the folder as it is load nothing of the caller's
        assertThat(hub.send("POST", at + "/test", "{}").statusCode()).isNotEqualTo(403);

        // a program in a draft, which validating would have run
        var mark = hub.file("ran");
        var program =
                "import org.apache.camel.builder.RouteBuilder; public class Ran extends RouteBuilder { public void"
                        + " configure() throws Exception { java.nio.file.Files.createFile(java.nio.file.Path.of(\\\""
                        + mark
                        + "\\\")); } }";
        for (var doing : List.of("validate", "test")) {
            hub.send("POST", "/api/route-files/t/Ran.java/" + doing, "{\"content\": \"" + program + "\"}");
        }
        assertThat(mark).doesNotExist();

        hub.write(file, answering("fixed", "second")).awaitLive(file);
        assertThat(hub.get("/t/fixed").body()).isEqualTo("second");
        hub.delete(file).awaitLive(file);
        assertThat(hub.get("/t/fixed").statusCode()).isEqualTo(404);
    }
}
