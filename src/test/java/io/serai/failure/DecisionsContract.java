// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.testing.HubInside;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.amqp.core.AmqpAdmin;
import org.springframework.amqp.core.Queue;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** What people can decide about failures over HTTP, on whatever broker and database the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DecisionsContract {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static final Duration SOON = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private ConfigurableApplicationContext hub;
    private EventPublisher publisher;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    @BeforeAll
    void start() {
        hub = HubInside.start(
                folder,
                servers(),
                "--serai.bus.immediate-retries=0",
                "--serai.bus.publisher.confirm-timeout=60s",
                "--serai.failure.rate=10000",
                "--serai.failure.lost-after=2s",
                "--serai.failure.search-keys.customer=$.lines[*].customer",
                "--serai.failure.policies.late.delays=1h");
        publisher = hub.getBean(EventPublisher.class);
        HubInside.awaitReading(hub, Duration.ofSeconds(60));
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void anEditedMessageRunsInPlaceOfTheOldOneWhichEndsWithIt() throws Exception {
        var done = new ConcurrentLinkedQueue<Map<String, Object>>();
        var name = subscriber("none", exchange -> {
            if (exchange.getMessage().getBody(String.class).contains("wrong")) {
                throw new IllegalStateException("wrong quantity");
            }
            done.add(Map.copyOf(exchange.getMessage().getHeaders()));
        });
        var event = publish(name, "order-1", "{\"quantity\":\"wrong\"}");
        var old = awaitOne(name, "DEAD").path("id").asText();
        var seen = get("/api/failures/" + old);
        var etag = seen.headers().firstValue("ETag").orElseThrow();
        var edit = """
                {"kind":"replay","select":{"ids":["%s"]},"reason":"a \\"typo\\"","edit":{"body":"{\\"quantity\\":1}",
                 "attributes":{"subject":"order-2"},"headers":{"tenant":"b"}}}""".formatted(old);

        assertThat(post("/api/jobs", edit).statusCode()).isEqualTo(428);
        assertThat(post("/api/jobs", edit, "If-Match", "\"other\"").statusCode())
                .isEqualTo(412);
        for (var refused : List.of(
                edit.replace("\"subject\"", "\"id\""),
                edit.replace("\"subject\":\"order-2\"", "\"time\":\"soon\""),
                edit.replace("\"tenant\"", "\"serai-retry-round\""),
                edit.replace("[\"" + old + "\"]", "[\"" + old + "\",\"x\"]"),
                edit.replace("\"replay\"", "\"discard\""),
                edit.substring(0, edit.indexOf("\"edit\"")) + "\"edit\":{}}")) {
            assertThat(post("/api/jobs", refused, "If-Match", etag).statusCode())
                    .as(refused)
                    .isEqualTo(422);
        }
        assertThat(done).isEmpty();
        assertThat(json(get("/api/failures/" + old))
                        .path("failure")
                        .path("state")
                        .asText())
                .isEqualTo("DEAD");

        var job = post("/api/jobs", edit, "If-Match", etag);

        assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
        await().atMost(SOON)
                .until(() ->
                        failures("subscription=" + name + "&state=resolved").size() == 2);
        awaitState(json(job), "DONE");
        assertThat(done)
                .singleElement()
                .satisfies(
                        headers -> assertThat(headers).containsValue(event.id()).containsValue("order-2"));
        var after = json(get("/api/failures/" + old));
        var to = after.path("editedTo");
        assertThat(to.path("state").asText()).isEqualTo("RESOLVED");
        assertThat(to.path("who").asText()).isEqualTo("local");
        assertThat(to.path("reason").asText()).isEqualTo("a \"typo\"");
        assertThat(to.path("changes").findValuesAsText("name"))
                .containsExactlyInAnyOrder("attributes.subject", "headers.tenant", "body");
        var copy = json(get(to.path("href").asText()));
        assertThat(copy.path("editedFrom").path("id").asText()).isEqualTo(old);
        assertThat(copy.path("body").asText()).isEqualTo("{\"quantity\":1}");
        var headers = copy.path("properties").path("headers");
        assertThat(headers.path("cloudEvents_editedfrom").asText()).isEqualTo(event.id());
        assertThat(headers.path("tenant").asText()).isEqualTo("b");
        assertThat(headers.path("cloudEvents_causationid").asText()).isEqualTo("cause");
        assertThat(headers.path("cloudEvents_correlationid").asText()).isEqualTo(event.correlationId());
        assertThat(headers.path("cloudEvents_id").asText()).isNotEqualTo(event.id());
        assertThat(audited(old)).containsExactly("EDIT local a \"typo\"");
        var late = get("/api/failures/" + old).headers().firstValue("ETag").orElseThrow();
        assertThat(post("/api/jobs", edit, "If-Match", etag).statusCode()).isEqualTo(412);
        assertThat(post("/api/jobs", edit, "If-Match", late).statusCode()).isEqualTo(409);
    }

    @Test
    void aFileWhoseNameIsEditedRunsInItsRouteUnderThatName() throws Exception {
        var route = "decided-" + NAMES.incrementAndGet();
        var in = Files.createDirectories(folder.resolve(route));
        var done = new ConcurrentLinkedQueue<String>();
        hub.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("file:" + in + "?initialDelay=0&delay=100")
                        .routeConfigurationId("none")
                        .routeId(route)
                        .process(exchange -> {
                            var name = exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class);
                            if (name.startsWith("wrong")) {
                                throw new IllegalStateException("wrong name");
                            }
                            done.add(name + " " + exchange.getMessage().getBody(String.class));
                        });
            }
        });
        Files.writeString(in.resolve("wrong.csv"), "a;b");
        await().atMost(SOON)
                .until(() -> failures("route=" + route + "&state=dead").size() == 1);
        var id = failures("route=" + route).get(0).path("id").asText();
        var etag = get("/api/failures/" + id).headers().firstValue("ETag").orElseThrow();

        var job = post("/api/jobs", """
                {"kind":"replay","select":{"ids":["%s"]},"reason":"typo",
                 "edit":{"headers":{"serai-input-CamelFileName":"right.csv"}}}""".formatted(id), "If-Match", etag);

        assertThat(job.statusCode()).as(job.body()).isEqualTo(202);
        awaitState(json(job), "DONE");
        assertThat(done).containsExactly("right.csv a;b");
    }

    @Test
    void anEditThatFailsTooIsSeenAtBothAndTheNextEditEndsAll() throws Exception {
        var name = subscriber("none", exchange -> {
            if (!exchange.getMessage().getBody(String.class).equals("3")) {
                throw new IllegalStateException("not yet right");
            }
        });
        publish(name, "s", "1");
        var first = awaitOne(name, "DEAD").path("id").asText();

        edit(first, "2");
        var second =
                json(get("/api/failures/" + first)).path("editedTo").path("id").asText();
        await().atMost(SOON)
                .until(() ->
                        json(get("/api/failures/" + second)).path("attempts").size() == 1);

        assertThat(json(get("/api/failures/" + first))
                        .path("failure")
                        .path("state")
                        .asText())
                .isEqualTo("EDITED");
        assertThat(json(get("/api/failures/" + first))
                        .path("editedTo")
                        .path("state")
                        .asText())
                .isEqualTo("DEAD");

        // given up and taken back, both go along
        var discard = json(post(
                "/api/jobs",
                "{\"kind\":\"discard\",\"select\":{\"ids\":[\"%s\"]},\"reason\":\"no\"}".formatted(second)));
        awaitState(discard, "DONE");
        assertThat(failures("subscription=" + name + "&state=discarded")).hasSize(2);
        var undo = post("/api/jobs/" + discard.path("id").asText() + "/undo", "{\"reason\":\"yes\"}");
        assertThat(undo.statusCode()).as(undo.body()).isEqualTo(200);
        assertThat(awaitOne(name, "EDITED").path("id").asText()).isEqualTo(first);
        assertThat(awaitOne(name, "DEAD").path("id").asText()).isEqualTo(second);

        edit(second, "3");
        await().atMost(SOON)
                .until(() ->
                        failures("subscription=" + name + "&state=resolved").size() == 3);
    }

    @Test
    void failuresAreFoundByWhatPeopleKnowOfThem() throws Exception {
        var name = subscriber("none", exchange -> {
            throw new IllegalStateException("host " + exchange.getMessage().getHeader("CamelCloudEventSubject")
                    + "/ab%c_d of the Warehouse is away");
        });
        var unique = EventIds.next();
        var event = publish(
                name,
                "Subject-" + unique,
                "{\"orderId\":\"O-%s\",\"lines\":[{\"customer\":17},{\"customer\":\"C-%s\"}]}"
                        .formatted(unique, unique));
        publish(name, "other", "\0\1\2 no JSON, {\"orderId\":\"O-%s\"}".formatted(unique));
        publish(name, "x".repeat(300), "{\"orderId\":{\"not\":\"a value\"},\"lines\":" + "[".repeat(5000));
        await().atMost(SOON).until(() -> failures("subscription=" + name).size() == 3);

        for (var known : List.of("o-" + unique, "C-" + unique, "subject-" + unique, event.id(), unique + "/AB%25C_D")) {
            assertThat(failures("subscription=" + name + "&q=" + known))
                    .as(known)
                    .extracting(each -> each.path("eventId").asText())
                    .containsExactly(event.id());
        }
        assertThat(failures("subscription=" + name + "&q=corr-" + name)).hasSize(3);
        assertThat(failures("subscription=" + name + "&q=WAREHOUSE%20is")).hasSize(3);
        assertThat(failures("subscription=" + name + "&q=O-" + unique + "x")).isEmpty();
        for (var wrong : List.of("q=%00", "q=" + "a".repeat(201), "since=x", "state=x", "cursor=x", "limit=0")) {
            assertThat(get("/api/failures?" + wrong).statusCode()).as(wrong).isEqualTo(422);
        }
        assertThat(failures("subscription=" + name + "&state=retrying")).isEmpty();
        assertThat(failures("route=" + name + "&since=" + Instant.now().minusSeconds(600)))
                .hasSize(3);
        assertThat(failures("route=" + name + "&since=" + Instant.now().plusSeconds(600)))
                .isEmpty();
        var detail = json(get(
                "/api/failures/" + failures("q=" + event.id()).get(0).path("id").asText()));
        assertThat(detail.path("exceptions").get(0).asText()).isEqualTo("java.lang.IllegalStateException");
        assertThat(detail.has("routeVersion")).isTrue();
        assertThat(detail.path("attempts")).hasSize(1);
    }

    @Test
    void rulesDecideWhatIsTriedAgainAndHowGroupsAreLabelled() throws Exception {
        var name = subscriber("late", exchange -> {
            throw new IllegalStateException("no such table", new IOException("schema"));
        });
        publish(name, "s", "1");
        var failure = awaitOne(name, "RETRYING");
        var group = failure.path("group").asText();
        assertThat(group(group).path("class").asText()).isEqualTo("retryable");
        assertThat(group(group).path("byHour")).hasSize(24);
        assertThat(group(group).path("byHour").get(23).asLong()).isEqualTo(1);
        var read = get("/api/failures/rules");
        var etag = read.headers().firstValue("ETag").orElseThrow();
        var rules = """
                {"rules":[{"route":"%s-not","class":"retryable"},
                 {"exception":"java.io.*","message":"no such*","route":"%s","class":"needs-a-fix"}],"reason":"a bug"}
                """.formatted(name, name);

        assertThat(put("/api/failures/rules", rules).statusCode()).isEqualTo(428);
        assertThat(put("/api/failures/rules", rules, "If-Match", "\"99\"").statusCode())
                .isEqualTo(412);
        assertThat(put(
                                "/api/failures/rules",
                                rules.replace("\"reason\":\"a bug\"", "\"reason\":\"\""),
                                "If-Match",
                                etag)
                        .statusCode())
                .isEqualTo(422);
        assertThat(put(
                                "/api/failures/rules",
                                "{\"rules\":[{\"class\":\"retryable\"}],\"reason\":\"x\"}",
                                "If-Match",
                                etag)
                        .statusCode())
                .isEqualTo(422);
        var changed = put("/api/failures/rules", rules, "If-Match", etag);

        assertThat(changed.statusCode()).as(changed.body()).isEqualTo(200);
        assertThat(put("/api/failures/rules", rules, "If-Match", etag).statusCode())
                .isEqualTo(412);
        assertThat(group(group).path("class").asText()).isEqualTo("needs-a-fix");
        publish(name, "s", "2");
        assertThat(awaitOne(name, "DEAD").path("round").asInt()).isZero();
        assertThat(failures("subscription=" + name + "&state=retrying")).hasSize(1);
        assertThat(json(get("/api/failures/rules")).path("rules")).hasSize(2);
        assertThat(audited(changed.headers().firstValue("ETag").orElseThrow().replace("\"", "")))
                .containsExactly("RULES local a bug");

        // another hub's change is seen without asking for each message
        var other = hub.getBean(Rules.class);
        other.replace(other.current().version(), List.of(), "ann", "mended");
        await().atMost(SOON).until(() -> other.recent().rules().isEmpty());
    }

    @Test
    void whatARouteHasPutIntoFailuresItselfIsNamedByTheJobThatCannotReplayIt() throws Exception {
        var name = "decided-" + NAMES.incrementAndGet();
        hub.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("seda:" + name).routeId(name).to("failure:test.line?reason=no price");
            }
        });
        hub.getBean(CamelContext.class)
                .createFluentProducerTemplate()
                .to("seda:" + name)
                .withBody("a;b")
                .send();
        var own = awaitOne("route:" + name, "DEAD");
        var id = own.path("id").asText();
        assertThat(own.path("replayable").asBoolean(true)).isFalse();
        var job = "{\"kind\":\"replay\",\"select\":{\"ids\":[\"%s\"]},\"reason\":\"r\"}".formatted(id);

        var refused = post("/api/jobs", job);

        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(422);
        assertThat(json(refused).path("errors").get(0).path("name").asText()).isEqualTo("select.ids");
        assertThat(json(refused).path("errors").get(0).path("detail").asText()).startsWith(id);
        var etag = get("/api/failures/" + id).headers().firstValue("ETag").orElseThrow();
        var edit = job.replace(",\"reason\"", ",\"edit\":{\"body\":\"a;b;1\"},\"reason\"");
        assertThat(post("/api/jobs", edit, "If-Match", etag).statusCode()).isEqualTo(422);
        assertThat(awaitOne("route:" + name, "DEAD").path("id").asText()).isEqualTo(id);
        assertThat(post("/api/jobs", job.replace("replay", "discard")).statusCode())
                .isEqualTo(202);
        awaitOne("route:" + name, "DISCARDED");
    }

    @Test
    void whatIsMisspeltIsRefusedAndNamedInsteadOfMeaningEverything() throws Exception {
        var name = subscriber("none", exchange -> {
            throw new IllegalStateException("bad");
        });
        publish(name, "s", "1");
        var id = awaitOne(name, "DEAD").path("id").asText();
        var rules = get("/api/failures/rules").headers().firstValue("ETag").orElseThrow();

        var members = Map.of(
                "/select/subscripton",
                post(
                        "/api/jobs",
                        "{\"kind\":\"discard\",\"select\":{\"state\":\"dead\",\"subscripton\":\"x\"},\"reason\":\"r\"}"),
                "/stopAtFailureRato",
                post(
                        "/api/jobs",
                        "{\"kind\":\"discard\",\"select\":{\"ids\":[\"%s\"]},\"stopAtFailureRato\":0.1,\"reason\":\"r\"}"
                                .formatted(id)),
                "/edit/headrs",
                post(
                        "/api/jobs",
                        "{\"kind\":\"replay\",\"select\":{\"ids\":[\"%s\"]},\"edit\":{\"headrs\":{}},\"reason\":\"r\"}"
                                .formatted(id)),
                "/rules/0/exceptoin",
                put(
                        "/api/failures/rules",
                        "{\"rules\":[{\"exceptoin\":\"x\",\"message\":\"*\",\"class\":\"retryable\"}],\"reason\":\"r\"}",
                        "If-Match",
                        rules));
        var known = Map.of(
                "/select/subscripton", "subscription",
                "/stopAtFailureRato", "stopAtFailureRatio",
                "/edit/headrs", "headers",
                "/rules/0/exceptoin", "exception");
        for (var member : members.entrySet()) {
            assertUnknown(member.getValue(), member.getKey(), known.getOrDefault(member.getKey(), "?"));
        }
        for (var path : List.of(
                "/api/failures?staet=state",
                "/api/failures/groups?limt=limit",
                "/api/failures/audit?curser=cursor",
                "/api/jobs?limt=limit",
                "/api/ledger?stat=state",
                "/api/subscriptions?limt=limit",
                "/api/events?typ=type")) {
            var parameter = path.substring(path.indexOf('?') + 1).split("=", 2);
            assertUnknown(get(path), parameter[0], parameter[1]);
        }
        assertThat(awaitOne(name, "DEAD").path("id").asText()).isEqualTo(id);
        assertThat(get("/api/failures/rules").headers().firstValue("ETag")).contains(rules);
    }

    @Test
    void halfASurrogatePairIsRefusedSinceNobodyCouldReadItBack() throws Exception {
        var rules = get("/api/failures/rules").headers().firstValue("ETag").orElseThrow();
        var answers = Map.of(
                "reason",
                post(
                        "/api/jobs",
                        "{\"kind\":\"discard\",\"select\":{\"q\":\"x\"},\"reason\":\"%cud800\"}".formatted('\\')),
                "select.q",
                post(
                        "/api/jobs",
                        "{\"kind\":\"discard\",\"select\":{\"q\":\"%cudc00\"},\"reason\":\"r\"}".formatted('\\')),
                "rules[0]",
                put(
                        "/api/failures/rules",
                        "{\"rules\":[{\"message\":\"%cud800x\",\"class\":\"retryable\"}],\"reason\":\"r\"}"
                                .formatted('\\'),
                        "If-Match",
                        rules));
        for (var answer : answers.entrySet()) {
            var body = answer.getValue().body();
            assertThat(answer.getValue().statusCode()).as(body).isEqualTo(422);
            assertThat(json(answer.getValue()).path("errors").findValuesAsText("name"))
                    .as(body)
                    .containsExactly(answer.getKey());
        }
    }

    @Test
    void whatTheBrokerTookOutOfAForeignQueueIsResolvedWhenItIsBackThere() throws Exception {
        var queue = "foreign.decided-" + NAMES.incrementAndGet();
        var broker = hub.getBean(AmqpAdmin.class);
        broker.declareQueue(new Queue(queue));
        var death = Map.of("queue", queue, "reason", "rejected", "count", 1L);
        for (int sent = 0; sent < 2; sent++) {
            hub.getBean(RabbitTemplate.class).convertAndSend("serai.dead", "", "record " + sent, message -> {
                message.getMessageProperties().setHeader("x-death", List.of(death));
                return message;
            });
        }
        var origin = "queue:" + queue;
        await().atMost(SOON).until(() -> failures("subscription=" + origin).size() == 2);

        var job = json(post(
                "/api/jobs",
                "{\"kind\":\"replay\",\"select\":{\"subscription\":\"%s\"},\"ramp\":true,\"reason\":\"r\"}"
                        .formatted(origin)));

        awaitState(job, "DONE");
        assertThat(counts(job)).isEqualTo("selected 2 released 2 skipped 0 resolved 2 failedAgain 0 left 0");
        await().atMost(SOON).until(() -> broker.getQueueInfo(queue).getMessageCount() == 2);
        // a route of a hub reads it after all, and fails
        var ids = failures("subscription=" + origin).stream()
                .map(each -> each.path("id").asText())
                .toList();
        var failing = json(get("/api/failures/" + ids.get(0))).path("body").asText();
        hub.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("spring-rabbitmq:default?queues=" + queue).routeId(queue).process(exchange -> {
                    if (exchange.getMessage().getBody(String.class).equals(failing)) {
                        throw new IllegalStateException("bad");
                    }
                });
            }
        });
        await().atMost(SOON)
                .until(() -> get("/api/failures/" + ids.get(0)).body().contains("IllegalStateException"));
        assertThat(state(ids.get(0))).isIn("DEAD", "RETRYING");
        await().atMost(SOON)
                .until(() ->
                        jdbc().queryForObject("SELECT delivery FROM failure WHERE id = ?", Integer.class, ids.get(1))
                                == 1);
        assertThat(state(ids.get(1))).isEqualTo("RESOLVED");
        assertThat(jdbc().queryForObject("SELECT duplicates FROM failure WHERE id = ?", Integer.class, ids.get(1)))
                .isZero();
    }

    @Test
    void aYearThatNoDatabaseHoldsIsRefusedWhereverATimeIsAskedFor() throws Exception {
        for (var path : List.of("/api/failures", "/api/ledger", "/api/events")) {
            for (var year : List.of("%2B999999999-12-31", "-999999999-01-01")) {
                var answer = get(path + "?since=" + year + "T23:59:59Z");
                assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(422);
                assertThat(json(answer).path("errors").get(0).path("name").asText())
                        .isEqualTo("since");
            }
        }
        var job = post(
                "/api/jobs",
                "{\"kind\":\"discard\",\"select\":{\"since\":\"+999999999-12-31T23:59:59Z\"},\"reason\":\"r\"}");
        assertThat(json(job).path("errors").get(0).path("name").asText()).isEqualTo("select.since");
    }

    private static void assertUnknown(HttpResponse<String> answer, String name, String known) throws IOException {
        assertThat(answer.statusCode()).as(name + ": " + answer.body()).isEqualTo(422);
        var error = json(answer).path("errors").get(0);
        assertThat(error.path("name").asText()).isEqualTo(name);
        assertThat(error.path("detail").asText())
                .startsWith("unknown; known are")
                .contains(known);
    }

    @Test
    void aJobSkipsWhatAnotherHasDecidedAndUndoesOnlyWhatItDidItself() throws Exception {
        var broken = new AtomicBoolean(true);
        var gate = new CountDownLatch(1);
        var name = subscriber("none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
            if (exchange.getMessage().getBody(String.class).equals("edited")) {
                gate.await();
            }
        });
        IntStream.range(0, 5).forEach(number -> publish(name, "s", "" + number));
        await().atMost(SOON).until(() -> failures("subscription=" + name).size() == 5);
        var ids = failures("subscription=" + name).stream()
                .map(each -> each.path("id").asText())
                .sorted()
                .toList();
        var original = ids.get(4);
        edit(original, "edited");
        var copy = json(get("/api/failures/" + original))
                .path("editedTo")
                .path("id")
                .asText();
        await().atMost(SOON)
                .until(() -> json(get("/api/failures/" + copy)).path("attempts").size() == 1);
        broken.set(false);

        // it chooses first and lets go last
        var jdbc = hub.getBean(JdbcTemplate.class);
        var setState = "UPDATE job SET state = ? WHERE id = ?";
        var sender = hub.getBean(RetrySender.class);
        sender.stop();
        var late = json(
                post("/api/jobs", job("discard", List.of(ids.get(0), ids.get(1), ids.get(2), ids.get(3), copy), 100)));
        jdbc.update(setState, "CANCELLED", late.path("id").asText());
        var discard = json(post("/api/jobs", job("discard", List.of(ids.get(3)), 100)));
        var replay = json(post("/api/jobs", job("replay", List.of(ids.get(2)), 100)));
        var edited = json(post("/api/jobs", job("replay", List.of(copy), 100)));
        sender.start();
        awaitState(discard, "DONE");
        await().atMost(SOON).until(() -> !state(ids.get(2)).equals("DEAD"));
        await().atMost(SOON).until(() -> state(copy).equals("RESENT"));
        jdbc.update(setState, "RUNNING", late.path("id").asText());
        awaitState(late, "DONE");
        gate.countDown();
        awaitState(replay, "DONE");
        awaitState(edited, "DONE");

        assertThat(counts(late)).isEqualTo("selected 5 released 2 skipped 3 resolved 0 failedAgain 0 left 0");
        assertThat(counts(replay)).isEqualTo("selected 1 released 1 skipped 0 resolved 1 failedAgain 0 left 0");
        assertThat(counts(edited)).isEqualTo("selected 1 released 1 skipped 0 resolved 1 failedAgain 0 left 0");
        assertThat(state(original)).isEqualTo("RESOLVED");
        assertThat(state(copy)).isEqualTo("RESOLVED");
        assertThat(post("/api/jobs/" + late.path("id").asText() + "/undo", "{\"reason\":\"r\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(ids).extracting(this::state).containsExactly("DEAD", "DEAD", "RESOLVED", "DISCARDED", "RESOLVED");
    }

    @Test
    void whatWasSentBackAndIsNotInItsQueueAnyMoreCanBeDecidedAboutById() throws Exception {
        var broken = new AtomicBoolean(true);
        var name = subscriber("none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
        });
        publish(name, "s", "1");
        publish(name, "s", "2");
        await().atMost(SOON).until(() -> failures("subscription=" + name).size() == 2);
        var ids = failures("subscription=" + name).stream()
                .map(each -> each.path("id").asText())
                .toList();
        var camel = hub.getBean(CamelContext.class);
        camel.getRouteController().stopRoute(name);
        broken.set(false);
        var first = json(post("/api/jobs", job("replay", ids, 100)));
        awaitSent(ids);
        hub.getBean(AmqpAdmin.class).purgeQueue("serai.events." + name);

        var early = post("/api/jobs", job("discard", ids, 100));
        assertThat(early.statusCode()).as(early.body()).isEqualTo(422);
        assertThat(json(early).path("errors").findValuesAsText("detail"))
                .hasSize(2)
                .allMatch(detail -> detail.contains(" is RESENT: wait until it is DEAD or RESOLVED"));
        await().atMost(SOON)
                .until(() -> post("/api/jobs", job("discard", List.of(ids.get(0)), 100))
                                .statusCode()
                        == 202);
        await().atMost(SOON)
                .until(() -> post("/api/jobs", job("replay", List.of(ids.get(1)), 100))
                                .statusCode()
                        == 202);
        camel.getRouteController().startRoute(name);

        awaitState(first, "DONE");
        assertThat(counts(first)).isEqualTo("selected 2 released 2 skipped 0 resolved 1 failedAgain 0 left 0");
        assertThat(ids).extracting(this::state).containsExactly("DISCARDED", "RESOLVED");
    }

    @Test
    void whatWasSentBackToASubscriptionThatIsRemovedIsDead() throws Exception {
        var broken = new AtomicBoolean(true);
        var name = subscriber("none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("bad");
            }
        });
        publish(name, "s", "1");
        var id = awaitOne(name, "DEAD").path("id").asText();
        var camel = hub.getBean(CamelContext.class);
        camel.getRouteController().stopRoute(name);
        broken.set(false);
        var first = json(post("/api/jobs", job("replay", List.of(id), 100)));
        awaitSent(List.of(id));

        await().atMost(SOON)
                .until(() -> send("DELETE", "/api/subscriptions/" + name, "").statusCode() == 200);

        assertThat(state(id)).isEqualTo("DEAD");
        assertThat(get("/api/failures/" + id).body()).contains("its subscription was removed");
        awaitState(first, "DONE");
        assertThat(counts(first)).isEqualTo("selected 1 released 1 skipped 0 resolved 0 failedAgain 1 left 0");
        camel.getRouteController().startRoute(name);
        awaitState(json(post("/api/jobs", job("replay", List.of(id), 100))), "DONE");
        assertThat(state(id)).isEqualTo("RESOLVED");
    }

    private static String job(String kind, List<String> ids, int rate) {
        return "{\"kind\":\"%s\",\"select\":{\"ids\":[\"%s\"]},\"rate\":%d,\"reason\":\"r\"}"
                .formatted(kind, String.join("\",\"", ids), rate);
    }

    private String counts(JsonNode job) throws Exception {
        var shown = json(get("/api/jobs/" + job.path("id").asText()));
        return Stream.of("selected", "released", "skipped", "resolved", "failedAgain", "left")
                .map(each -> each + " " + shown.path(each).asInt())
                .collect(Collectors.joining(" "));
    }

    private String state(String id) {
        try {
            return json(get("/api/failures/" + id))
                    .path("failure")
                    .path("state")
                    .asText();
        } catch (Exception unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    private void awaitSent(List<String> ids) {
        for (var id : ids) {
            await().atMost(SOON)
                    .until(() ->
                            json(get("/api/failures/" + id)).path("failure").hasNonNull("sentAt"));
        }
    }

    @Test
    void aJobKeepsToItsRateAndWhatComesAfterTheClickIsCountedOnly() throws Exception {
        var name = subscriber("none", exchange -> {
            throw new IllegalStateException("bad");
        });
        IntStream.range(0, 6).forEach(number -> publish(name, "s", "" + number));
        await().atMost(SOON).until(() -> failures("subscription=" + name).size() == 6);

        var began = System.nanoTime();
        var job = json(post(
                "/api/jobs",
                "{\"kind\":\"discard\",\"select\":{\"subscription\":\"%s\",\"state\":\"dead\"},\"rate\":3,\"reason\":\"r\"}"
                        .formatted(name)));
        publish(name, "s", "later");
        awaitState(job, "DONE");

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1600));
        var shown = json(get("/api/jobs/" + job.path("id").asText()));
        assertThat(shown.path("selected").asInt()).isEqualTo(6);
        assertThat(shown.path("released").asInt()).isEqualTo(6);
        await().atMost(SOON)
                .until(() -> json(get("/api/jobs/" + job.path("id").asText()))
                                .path("later")
                                .asInt()
                        == 1);
        assertThat(awaitOne(name, "DEAD").path("subject").asText()).isEqualTo("s");

        var slow = json(post(
                "/api/jobs",
                "{\"kind\":\"replay\",\"select\":{\"subscription\":\"%s\"},\"rate\":1,\"reason\":\"try\"}"
                        .formatted(name)));
        var id = slow.path("id").asText();
        assertThat(slow.at("/selection/subscription").asText()).isEqualTo(name);
        assertThat(post("/api/jobs/" + id + "/cancel", "{}").statusCode()).isEqualTo(422);
        assertThat(post("/api/jobs/" + id + "/cancel", "{\"reason\":\"mistake\"}")
                        .statusCode())
                .isEqualTo(200);
        assertThat(post("/api/jobs/" + id + "/cancel", "{\"reason\":\"mistake\"}")
                        .statusCode())
                .isEqualTo(409);
        assertThat(audited(id)).containsExactly("CANCEL local mistake", "REPLAY local try");
        assertThat(json(get("/api/failures/audit")).findValues("detail"))
                .as("JSON, not a text that holds JSON")
                .isNotEmpty()
                .allMatch(JsonNode::isContainerNode);
    }

    @Test
    @Tag("long")
    void tenThousandDeadLettersOfAGroupAreReplayedInBatches() throws Exception {
        var broken = new AtomicBoolean(true);
        var done = new AtomicInteger();
        var name = subscriber("none", exchange -> {
            if (broken.get()) {
                throw new IllegalStateException("the service is away");
            }
            done.incrementAndGet();
        });
        int count = Integer.getInteger("serai.test.replays", 10_000);
        for (int from = 0; from < count; from += 500) {
            IntStream.range(from, Math.min(count, from + 500))
                    .mapToObj(number ->
                            publisher.publish(event(name, "s-" + number, "{\"orderId\":\"%d\"}".formatted(number))))
                    .toList()
                    .forEach(confirm -> confirm.orTimeout(60, TimeUnit.SECONDS).join());
        }
        var parked = System.nanoTime();
        var group = awaitOne(name, "DEAD").path("group").asText();
        await().atMost(Duration.ofMinutes(3))
                .until(() -> group(group).path("dead").asLong() == count);
        print("taken into the database", count, parked);
        broken.set(false);

        var began = System.nanoTime();
        var job = json(post(
                "/api/jobs",
                "{\"kind\":\"replay\",\"select\":{\"group\":\"%s\"},\"rate\":10000,\"reason\":\"mended\"}"
                        .formatted(group)));
        assertThat(job.path("selected").asInt()).isEqualTo(count);
        await().atMost(Duration.ofMinutes(3)).until(() -> done.get() >= count);
        print("replayed and processed", count, began);
        await().atMost(Duration.ofMinutes(3))
                .until(() -> json(get("/api/jobs/" + job.path("id").asText()))
                        .path("state")
                        .asText()
                        .equals("DONE"));
        print("replayed and resolved", count, began);
        assertThat(json(get("/api/jobs/" + job.path("id").asText()))
                        .path("resolved")
                        .asInt())
                .isEqualTo(count);
        assertThat(done).hasValue(count);
    }

    private void print(String what, int count, long began) {
        var seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "%s %s: %d in %.1f s, %.0f msgs/s%n",
                getClass().getSimpleName(), what, count, seconds, count / seconds);
    }

    private void edit(String failure, String body) throws Exception {
        var etag = get("/api/failures/" + failure).headers().firstValue("ETag").orElseThrow();
        var answer = post(
                "/api/jobs",
                "{\"kind\":\"replay\",\"select\":{\"ids\":[\"%s\"]},\"reason\":\"r\",\"edit\":{\"body\":\"%s\"}}"
                        .formatted(failure, body),
                "If-Match",
                etag);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private JsonNode group(String group) throws Exception {
        return StreamSupport.stream(
                        json(get("/api/failures/groups?limit=500"))
                                .path("items")
                                .spliterator(),
                        false)
                .filter(each -> each.path("group").asText().equals(group))
                .findFirst()
                .orElseThrow();
    }

    private List<String> audited(String target) throws Exception {
        return StreamSupport.stream(
                        json(get("/api/failures/audit?limit=500")).path("items").spliterator(), false)
                .filter(each -> each.path("target").asText().equals(target))
                .map(each -> each.path("action").asText() + " "
                        + each.path("who").asText() + " " + each.path("reason").asText())
                .toList();
    }

    private void awaitState(JsonNode job, String state) {
        await().atMost(SOON)
                .until(() -> json(get("/api/jobs/" + job.path("id").asText()))
                        .path("state")
                        .asText()
                        .equals(state));
    }

    private JsonNode awaitOne(String name, String state) {
        return await().atMost(SOON)
                .until(
                        () -> failures("subscription=" + name + "&limit=1&state=" + state).stream()
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    private List<JsonNode> failures(String query) throws Exception {
        var answer = get("/api/failures?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return StreamSupport.stream(json(answer).path("items").spliterator(), false)
                .toList();
    }

    /** A subscription, its route and the type it hears of, all of one new name. */
    private JdbcTemplate jdbc() {
        return hub.getBean(JdbcTemplate.class);
    }

    private String subscriber(String retry, Processor processor) throws Exception {
        var name = "decided-" + NAMES.incrementAndGet();
        hub.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + name + "?subscription=" + name + "&retry=" + retry)
                        .routeId(name)
                        .process(processor);
            }
        });
        return name;
    }

    private Event publish(String type, String subject, String body) {
        var event = event(type, subject, body);
        publisher.publish(event).orTimeout(30, TimeUnit.SECONDS).join();
        return event;
    }

    private static Event event(String type, String subject, String body) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                subject,
                Instant.now(),
                "text/plain",
                null,
                Map.of(Event.CORRELATION_ID, "corr-" + type, Event.CAUSATION_ID, "cause"),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send("GET", path, "");
    }

    private HttpResponse<String> post(String path, String body, String... headers) throws Exception {
        return send("POST", path, body, headers);
    }

    private HttpResponse<String> put(String path, String body, String... headers) throws Exception {
        return send("PUT", path, body, headers);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, BodyPublishers.ofString(body))
                .setHeader("Content-Type", "application/json");
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return JSON.readTree(response.body());
    }
}
