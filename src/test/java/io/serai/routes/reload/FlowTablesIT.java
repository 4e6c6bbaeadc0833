// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static io.serai.routes.reload.EditedHub.answering;
import static org.assertj.core.api.Assertions.assertThat;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/** A flow brings its tables with its routes, at the start and while the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@HubServices
class FlowTablesIT {

    private static final String TABLE = "CREATE TABLE %s (id VARCHAR(36) NOT NULL PRIMARY KEY);\n";

    private EditedHub hub;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        hub = EditedHub.start(folder, Map.of());
    }

    @AfterAll
    void stop() {
        hub.close();
    }

    private static String inserting(String flow, String sql) {
        return """
                - route:
                    id: %1$s
                    from:
                      uri: platform-http:/t/%1$s
                      steps:
                        - to:
                            uri: "sql:%2$s"
                        - setBody:
                            simple: "${header.CamelSqlUpdateCount}${header.CamelSqlRowCount}"
                """.formatted(flow, sql);
    }

    @Test
    void tablesAreThereBeforeTheRoutesThatUseThem() {
        hub.write("fresh/db/V1__fresh.sql", TABLE.formatted("fresh"))
                .write("fresh/fresh.camel.yaml", inserting("fresh", "INSERT INTO fresh (id) VALUES ('1')"))
                .awaitLive("fresh/db/V1__fresh.sql", "fresh/fresh.camel.yaml");
        assertThat(hub.get("/t/fresh").body()).isEqualTo("1");

        hub.write("fresh/db/V2__more.sql", "ALTER TABLE fresh ADD COLUMN more INTEGER;")
                .write("fresh/fresh.camel.yaml", inserting("fresh", "SELECT more FROM fresh"))
                .awaitLive("fresh/db/V2__more.sql", "fresh/fresh.camel.yaml");
        assertThat(hub.get("/t/fresh").body()).isEqualTo("1");
    }

    @Test
    void aScriptThatFailsRefusesTheChangesOfItsFlowAndNothingElse() {
        hub.write("kept/db/V1__kept.sql", TABLE.formatted("kept"))
                .write("kept/kept.camel.yaml", answering("kept", "before"))
                .awaitLive("kept/db/V1__kept.sql", "kept/kept.camel.yaml");

        var bad = hub.send("POST", "/api/route-files", """
                {"files": [
                  {"path": "kept/db/V2__bad.sql", "content": "SELECT 1;\\n\\nALTER TABEL kept ADD x INTEGER;"},
                  {"path": "kept/kept.camel.yaml", "content": "%s", "hash": "%s"}]}
                """.formatted(
                answering("kept", "after").replace("\n", "\\n"), hub.reloader().hashOf("kept/kept.camel.yaml")));

        assertThat(bad.statusCode()).as(bad.body()).isEqualTo(422);
        assertThat(bad.body()).contains("kept/db/V2__bad.sql").contains("TABEL");
        assertThat(hub.get("/t/kept").body()).isEqualTo("before");
        assertThat(hub.file("kept/db/V2__bad.sql")).doesNotExist();

        hub.write("kept/db/V2__bad.sql", "SELECT 1;\n\nALTER TABEL kept ADD x INTEGER;")
                .write("other/other.camel.yaml", answering("other", "live"))
                .awaitLive("other/other.camel.yaml");
        assertThat(hub.awaitRefused("kept/db/V2__bad.sql"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.line()).isEqualTo(3));
        hub.write("kept/db/V2__bad.sql", "ALTER TABLE kept ADD x INTEGER;").awaitLive("kept/db/V2__bad.sql");
    }

    @Test
    void aHubStartsWithoutTheFlowWhoseScriptFails(@TempDir Path folder) throws IOException {
        for (var servers : List.of(Map.<String, String>of(), SharedNodes.newProperties())) {
            try (var started = EditedHub.start(folder.resolve(String.valueOf(servers.size())), servers)) {
                started.write("good/db/V1__good.sql", TABLE.formatted("good"))
                        .write("good/good.camel.yaml", inserting("good", "INSERT INTO good (id) VALUES ('1')"))
                        .write("bad/db/V1__bad.sql", TABLE.formatted("bad"))
                        .write("bad/bad.camel.yaml", answering("bad", "as it was"))
                        .awaitLive("good/good.camel.yaml", "bad/bad.camel.yaml", "bad/db/V1__bad.sql");
                started.stop();
                started.write("bad/db/V2__bad.sql", "CREATE TABEL more (id INTEGER);")
                        .write("bad/bad.camel.yaml", answering("bad", "needs more"));

                started.start();

                assertThat(started.get("/t/good").body()).isEqualTo("1");
                assertThat(started.get("/t/bad").body())
                        .as("the content that ran last")
                        .isEqualTo("as it was");
                assertThat(started.awaitRefused("bad/db/V2__bad.sql"))
                        .singleElement()
                        .satisfies(finding -> assertThat(finding.message()).contains("TABEL"));
                started.awaitRefused("bad/bad.camel.yaml");
                started.write("bad/db/V2__bad.sql", "CREATE TABLE more (id INTEGER);")
                        .awaitLive("bad/db/V2__bad.sql", "bad/bad.camel.yaml");
                assertThat(started.get("/t/bad").body()).isEqualTo("needs more");
            }
        }
    }

    /** Up to 0.1.0-SNAPSHOT of November 2026 the hub itself made the tables of users, in its versions 3 and 9. */
    @Test
    void aDatabaseOfAnEarlierHubKeepsItsTables(@TempDir Path folder) throws IOException {
        for (var servers : List.of(Map.<String, String>of(), SharedNodes.newProperties())) {
            var own = folder.resolve(String.valueOf(servers.size()));
            for (var part : List.of("users", "schemas")) {
                FileSystemUtils.copyRecursively(
                        Path.of("routes", part), own.resolve("routes").resolve(part));
            }
            try (var started = EditedHub.start(own, servers)) {
                var ada = "{\"name\":\"Ada\",\"email\":\"ada@example.com\"}";
                var made = started.send("POST", "/api/users", ada);
                assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
                var at = made.headers().firstValue("Location").orElseThrow();
                var jdbc = started.bean(JdbcClient.class);
                jdbc.sql("DROP TABLE flow_users").update();
                jdbc.sql("DELETE FROM flyway_schema_history WHERE version = '7.1'")
                        .update();
                for (var version : List.of(3, 5, 6, 7, 9)) {
                    jdbc.sql(
                                    "INSERT INTO flyway_schema_history VALUES"
                                            + " (?, ?, 'earlier', 'SQL', 'V' || ? || '__earlier.sql', 1, 'hub', now(), 1, TRUE)")
                            .params(100 + version, String.valueOf(version), String.valueOf(version))
                            .update();
                }
                started.stop();

                started.start();

                assertThat(started.get(at.substring(at.indexOf("/api"))).body()).contains("Ada");
                assertThat(started.send("POST", "/api/users", ada.replace("ada@", "bob@"))
                                .statusCode())
                        .isEqualTo(201);
            }
        }
    }
}
