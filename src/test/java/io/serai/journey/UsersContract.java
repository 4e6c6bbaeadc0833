// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static java.util.Comparator.comparing;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.serai.testing.HubProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Users are kept over REST, and others hear of it; on whatever broker and database. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class UsersContract {

    private static final String ADA = "{\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\"}";

    @TempDir
    static Path folder;

    private HubProcess hub;
    private HubClient client;

    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubProcess.in(folder).with(servers()).start().awaitReady();
        client = new HubClient(hub);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    @Order(1)
    void aUserIsCreatedShownChangedAndDeletedAndOthersHearOfItInOrder() throws IOException {
        var created = client.send("POST", "/api/users", ADA);
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        var id = json(created).path("id").asText();
        var path = "/api/users/" + id;
        assertThat(created.headers().firstValue("Location")).hasValue(path);
        assertThat(created.headers().firstValue("ETag")).hasValue("\"1\"");
        assertThat(json(created).path("name").asText()).isEqualTo("Ada Lovelace");

        assertThat(client.get(path).body()).isEqualTo(created.body());
        assertThat(json(client.get("/api/users"))
                        .path("items")
                        .path(0)
                        .path("id")
                        .asText())
                .isEqualTo(id);

        var changed = "{\"name\":\"Ada King\",\"email\":\"ada@example.com\"}";
        assertThat(client.send("PUT", path, changed).statusCode()).isEqualTo(428);
        var updated = client.send("PUT", path, changed, "If-Match", "\"1\"");
        assertThat(updated.statusCode()).isEqualTo(200);
        assertThat(updated.headers().firstValue("ETag")).hasValue("\"2\"");
        assertThat(client.send("PUT", path, changed, "If-Match", "\"1\"").statusCode())
                .isEqualTo(412);
        assertThat(client.send("DELETE", path, "", "If-Match", "\"1\"").statusCode())
                .isEqualTo(412);
        assertThat(client.send("DELETE", path, "").statusCode()).isEqualTo(204);
        assertThat(client.get(path).statusCode()).isEqualTo(404);
        assertThat(client.send("DELETE", path, "").statusCode()).isEqualTo(404);

        await().untilAsserted(() -> assertThat(client.events("type=user.*&subject=" + id))
                .extracting(event -> event.path("type").asText() + " "
                        + event.path("sequence").asText())
                .containsExactly("user.created 1", "user.updated 2", "user.deleted 3"));
        var events = client.events("type=user.*&subject=" + id);
        assertThat(events.get(1).path("data").path("name").asText()).isEqualTo("Ada King");
        await().untilAsserted(() -> assertThat(client.events("type=mail.requested&subject=" + id))
                .singleElement()
                .satisfies(mail -> {
                    assertThat(mail.path("data").path("email").asText()).isEqualTo("ada@example.com");
                    assertThat(mail.path("causationid").asText())
                            .isEqualTo(events.get(0).path("id").asText());
                    assertThat(mail.path("correlationid").asText())
                            .isEqualTo(events.get(0).path("correlationid").asText());
                }));
        await().untilAsserted(() -> assertThat(crmRecords(id))
                .hasSize(3)
                .allSatisfy(record -> assertThat(record).hasSize(190))
                .anySatisfy(record ->
                        assertThat(record).startsWith("I" + id + "000000001").contains("Ada Lovelace"))
                .anySatisfy(record ->
                        assertThat(record).startsWith("U" + id + "000000002").contains("Ada King"))
                .anySatisfy(record -> assertThat(record).startsWith("D" + id + "000000003")));
    }

    @ParameterizedTest
    @Order(2)
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "7",
                "\"text\"",
                "{\"name\":\"Ada\",\"email\":\"ada@example.com\"} x",
                "{\"name\":\"Ada\",\"name\":\"Bob\",\"email\":\"ada@example.com\"}",
                "{\"name\":\"Ada\",\"email\":\"ada@example.com\",\"role\":\"admin\"}",
                "{\"name\":\"Ada\"}",
                "{\"name\":\"\",\"email\":\"ada@example.com\"}",
                "{\"name\":7,\"email\":\"ada@example.com\"}",
                "{\"name\":{},\"email\":[]}",
                "{\"name\":\"A\\u0000da\",\"email\":\"ada@example.com\"}",
                "{\"name\":\"A\\ud800da\",\"email\":\"ada@example.com\"}",
                "{\"name\":\"Ada\",\"email\":\"no address\"}",
                "{\"name\":\"Ada\\n\",\"email\":\"ada@example.com\"}",
                "{\"name\":\"Ada\",\"email\":\"ada@example.com\\n\"}",
                "{\"name\":1e999999999,\"email\":\"ada@example.com\"}"
            })
    void aUserThatIsWrongIsRefusedAndNothingIsWritten(String body) throws IOException {
        refused(body.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Order(2)
    void aQuestionThatTheDatabaseDoesNotTakeIsToldSo() throws IOException {
        for (var question : List.of("?cursor=%00", "?limit=%00", "/x?id=%00", "/x?id=y&id=z")) {
            assertThat(client.get("/api/users" + question).statusCode())
                    .as(question)
                    .isLessThan(500);
        }
    }

    @Test
    @Order(2)
    void aFormAsTheDataOfAnEventIsKept() throws IOException {
        for (var type : List.of("application/x-www-form-urlencoded", "multipart/form-data; boundary=b")) {
            var id = type.substring(0, 5) + "-form";
            var form = "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--b--\r\n";
            var answer = client.send(
                    "POST",
                    "/api/events",
                    form,
                    "Content-Type",
                    type,
                    "ce-specversion",
                    "1.0",
                    "ce-id",
                    id,
                    "ce-source",
                    "/forms",
                    "ce-type",
                    "form.sent");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
            await().untilAsserted(() -> assertThat(client.events("source=/forms&id=" + id))
                    .singleElement()
                    .satisfies(event -> assertThat(event.path("data").asText()).isEqualTo(form)));
        }
    }

    @Test
    @Order(2)
    void hundredsOfMangledBodiesAreRefusedByEveryPostAndPut() throws IOException {
        var random = new Random(42);
        var user = ADA.getBytes(StandardCharsets.UTF_8);
        var bodies = new ArrayList<byte[]>();
        for (int end = 0; end < user.length; end++) {
            bodies.add(java.util.Arrays.copyOf(user, end));
        }
        bodies.add(ADA.getBytes(StandardCharsets.UTF_16));
        bodies.add("{\"name\":\"Ad\u00e4\",\"email\":\"a@b\"}".getBytes(StandardCharsets.ISO_8859_1));
        bodies.add("{\"name\":".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        bodies.add("[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        bodies.add(("{\"name\":\"" + "a".repeat(1_000_000) + "\",\"email\":\"a@b\"}").getBytes(StandardCharsets.UTF_8));
        // a pattern that goes back and forth would take minutes
        bodies.add(("{\"name\":\"" + "a".repeat(1_000_000) + "\\u0001\",\"email\":\"a@b\"}")
                .getBytes(StandardCharsets.UTF_8));
        bodies.add(("{\"name\":" + "9".repeat(100_000) + "}x").getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 200; i++) {
            var noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            bodies.add(noise);
        }
        var usersBefore = client.get("/api/users").body();
        for (var body : bodies) {
            refused(body);
            var structured = client.send("POST", "/api/events", body, "Content-Type", "application/cloudevents+json");
            assertThat(structured.statusCode()).isBetween(400, 499);
            var batch = client.send("POST", "/api/events", body, "Content-Type", "application/cloudevents-batch+json");
            assertThat(batch.statusCode()).isBetween(400, 499);
            // what is by chance well-formed JSON is an event
            assertThat(client.send("POST", "/api/events/mangled.body", body).statusCode())
                    .isLessThan(500);
        }
        assertThat(client.get("/api/users").body()).isEqualTo(usersBefore);
    }

    @Test
    @Order(3)
    void everyAnswerSurvivesTheKillOfTheHub() throws Exception {
        var accepted = new ConcurrentLinkedQueue<String>();
        var versions = new ConcurrentHashMap<String, Integer>();
        var going = new AtomicBoolean(true);
        var load = Executors.newFixedThreadPool(4);
        for (int worker = 0; worker < 4; worker++) {
            load.execute(() -> {
                while (going.get()) {
                    try {
                        var event = client.send("POST", "/api/events/kill.test", "{\"n\": 1}");
                        if (event.statusCode() == 202) {
                            accepted.add(json(event).path("id").asText());
                        }
                        createAndChange(versions);
                    } catch (IOException killed) {
                        java.util.concurrent.locks.LockSupport.parkNanos(20_000_000);
                    }
                }
            });
        }
        for (int kill = 0; kill < kills(); kill++) {
            var before = accepted.size();
            await().atMost(Duration.ofSeconds(60)).until(() -> accepted.size() > before + 50);
            hub.kill9();
            hub.start().awaitReady();
        }
        going.set(false);
        load.shutdown();
        assertThat(load.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var logged = ids(client.events("type=kill.test"));
            assertThat(logged).doesNotHaveDuplicates();
            assertThat(new HashSet<>(logged).containsAll(accepted)).isTrue();
        });
        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            var told = versionsTold();
            assertThat(told.keySet()).containsAll(versions.keySet());
            assertThat(told)
                    .allSatisfy((user, inOrder) -> assertThat(inOrder)
                            .isEqualTo(IntStream.rangeClosed(1, inOrder.size())
                                    .boxed()
                                    .toList())
                            .hasSizeGreaterThanOrEqualTo(versions.getOrDefault(user, 0)));
        });
        var told = versionsTold();
        await().atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(versionsExported()).isEqualTo(told));
        System.Logger log = System.getLogger(getClass().getName());
        log.log(
                System.Logger.Level.INFO,
                "all there: kills={0} accepted={1} users={2}",
                kills(),
                accepted.size(),
                versions.size());
    }

    /** Notes the last version of the user that was answered. */
    private void createAndChange(Map<String, Integer> versions) throws IOException {
        var answer = client.send("POST", "/api/users", ADA);
        while (answer.statusCode() / 100 == 2) {
            var user = json(answer);
            var version = user.path("version").asInt();
            versions.put(user.path("id").asText(), version);
            if (version == 3) {
                return;
            }
            answer = client.send(
                    "PUT",
                    "/api/users/" + user.path("id").asText(),
                    ADA,
                    "If-Match",
                    answer.headers().firstValue("ETag").orElseThrow());
        }
    }

    /** By user, the versions of its events in the order of the log. */
    private Map<String, List<Integer>> versionsTold() throws IOException {
        return client.events("type=user.*").stream()
                .collect(groupingBy(
                        event -> event.path("subject").asText(),
                        mapping(event -> event.path("sequence").asInt(), toList())));
    }

    /** By user, the versions in the CRM's files in the order in which they were written. */
    private Map<String, List<Integer>> versionsExported() throws IOException {
        record Export(FileTime written, String user, int version) {}
        var exports = new ArrayList<Export>();
        try (var files = Files.list(folder.resolve("data/legacy/crm/in"))) {
            for (var file : files.filter(each -> !each.getFileName().toString().startsWith("."))
                    .toList()) {
                var record = Files.readString(file, StandardCharsets.ISO_8859_1);
                exports.add(new Export(
                        Files.getLastModifiedTime(file),
                        record.substring(1, 37),
                        Integer.parseInt(record.substring(37, 46))));
            }
        }
        // the file system's clock may tick slower than the hub writes
        return exports.stream()
                .sorted(comparing(Export::written).thenComparing(Export::version))
                .collect(groupingBy(Export::user, mapping(Export::version, toList())));
    }

    private static int kills() {
        return Integer.getInteger("serai.test.kills", 3);
    }

    private void refused(byte[] body) throws IOException {
        var before = client.get("/api/users").body();
        var post = client.send("POST", "/api/users", body);
        assertThat(post.statusCode()).as(post.body()).isBetween(400, 499);
        assertThat(post.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json(post).path("detail").asText()).isNotBlank();
        var put = client.send("PUT", "/api/users/none", body, "If-Match", "\"1\"");
        assertThat(put.statusCode()).as(put.body()).isBetween(400, 499);
        assertThat(client.get("/api/users").body()).isEqualTo(before);
    }

    @Test
    void whatTheRouteServesIsDescribedAndNeedsNoLoginWhereThereAreNoUsers() throws IOException {
        var document = json(client.get("/v3/api-docs"));
        var users = document.path("paths").path("/api/users/{id}");
        assertThat(users.fieldNames()).toIterable().contains("get", "put", "delete");
        assertThat(users.at("/put/parameters").findValuesAsText("name")).contains("id", "If-Match");
        assertThat(users.path("put").has("requestBody")).isTrue();
        assertThat(document.findValues("security"))
                .allSatisfy(each -> assertThat(each).hasToString("[{}]"));
        assertThat(document.at("/components/securitySchemes").isMissingNode()).isTrue();
    }

    private List<String> crmRecords(String user) throws IOException {
        var folderOfCrm = folder.resolve("data/legacy/crm/in");
        if (!Files.isDirectory(folderOfCrm)) {
            return List.of();
        }
        try (var files = Files.list(folderOfCrm)) {
            var records = new ArrayList<String>();
            for (var file : files.filter(each -> !each.getFileName().toString().startsWith("."))
                    .toList()) {
                var record = Files.readString(file, StandardCharsets.ISO_8859_1);
                if (record.contains(user)) {
                    records.add(
                            record.stripTrailing().length() == record.length() ? record : record.replaceAll("\n$", ""));
                }
            }
            return records;
        }
    }

    private static List<String> ids(List<JsonNode> events) {
        return events.stream().map(event -> event.path("id").asText()).toList();
    }
}
