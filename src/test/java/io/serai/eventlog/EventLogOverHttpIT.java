// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import static io.serai.eventlog.Samples.bytes;
import static io.serai.eventlog.Samples.event;
import static io.serai.eventlog.Samples.events;
import static io.serai.eventlog.Samples.fromSource;
import static io.serai.eventlog.Samples.withBody;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Conflict;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.NotFound;
import io.serai.message.Unavailable;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** The log's endpoints on a real Tomcat, over H2 in memory. */
@Timeout(60)
class EventLogOverHttpIT {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Stream> opened = new ArrayList<>();
    private ServletWebServerApplicationContext hub;
    private LogDatabase database;

    @BeforeEach
    void start() {
        hub = (ServletWebServerApplicationContext) new SpringApplicationBuilder(Hub.class)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "server.shutdown=graceful",
                        "spring.main.banner-mode=off")
                .run();
        database = hub.getBean(LogDatabase.class);
        database.clear();
    }

    @AfterEach
    void stop() {
        opened.forEach(Stream::close);
        hub.close();
    }

    @Test
    void listShowsNewestFirstPageByPage() throws Exception {
        store(events("a", 5, "order.placed"));

        var first = json(get("/api/events?limit=3"));
        assertThat(first.at("/items/0/position").asLong()).isEqualTo(5);
        assertThat(first.get("items")).hasSize(3);
        var second = json(get("/api/events?limit=3&cursor=" + first.get("next").textValue()));
        assertThat(second.at("/items/0/id").textValue()).isEqualTo("a1");
        assertThat(second.get("next").isNull()).isTrue();
    }

    @Test
    void listIsACloudEventsBatchWhereThatIsAccepted() throws Exception {
        store(events("a", 5, "order.placed"));

        var first = accepting("/api/events?limit=3&type=order.%23", "application/cloudevents-batch+json");
        assertThat(first.headers().firstValue("content-type")).hasValue("application/cloudevents-batch+json");
        assertThat(json(first))
                .extracting(event -> event.path("id").textValue())
                .containsExactly("a4", "a3", "a2");
        assertThat(json(first).at("/0/position").textValue()).isEqualTo("5");
        var link = first.headers().firstValue("link").orElseThrow();
        assertThat(link).endsWith(">; rel=\"next\"");
        var second = accepting(link.substring(1, link.indexOf('>')), "application/cloudevents-batch+json");
        assertThat(json(second))
                .extracting(event -> event.path("id").textValue())
                .containsExactly("a1", "a0");
        assertThat(second.headers().firstValue("link")).isEmpty();
        assertThat(json(accepting("/api/events", "application/cloudevents-batch+json;q=0.5, application/json"))
                        .has("items"))
                .isTrue();
        assertThat(accepting("/api/events", "text/html").statusCode()).isEqualTo(406);
    }

    @Test
    void listIsNarrowedByPattern() throws Exception {
        store(List.of(event("1", "order.placed"), event("2", "user.created"), event("3", "order")));

        assertThat(json(get("/api/events?type=order.%23")).findValuesAsText("id"))
                .contains("3", "1")
                .doesNotContain("2");
    }

    @Test
    void jsonBodyIsByteForByteAndABrokenOneDoesNoHarm() throws Exception {
        var body = "{ \"n\" : 1.0E+5 ,\r\n \"u\":\"\\ud800\" }";
        store(List.of(
                withBody("good", "application/json", bytes(body)),
                withBody("bad", "application/json", bytes("{\"open\":")),
                withBody("text", "text/plain", bytes("line\nline"))));

        var list = get("/api/events");
        assertThat(list.body()).contains("\"data\":" + body);
        assertThat(json(list).at("/items/1").has("data_base64")).isTrue();
        var one = get("/api/events/good");
        assertThat(one.headers().firstValue("content-type")).hasValue("application/cloudevents+json");
        assertThat(one.body()).contains("\"data\":" + body);
    }

    @Test
    void idOfSeveralSourcesIsAConflictThatNamesThem() throws Exception {
        store(List.of(fromSource("1", "/a"), fromSource("1", "/b"), fromSource("2", "/a")));

        assertThat(get("/api/events/2").statusCode()).isEqualTo(200);
        assertThat(get("/api/events/3").statusCode()).isEqualTo(404);
        assertThat(get("/api/events/1").statusCode()).isEqualTo(409);
        assertThat(get("/api/events/1").body()).contains("/a").contains("/b");
        assertThat(json(get("/api/events/1?source=/b")).get("source").textValue())
                .isEqualTo("/b");
        assertThat(get("/api/events/1?source=/c").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?type=..",
                "?type=%23.a.%23.a.%23.a.%23",
                "?limit=0",
                "?limit=501",
                "?cursor=x",
                "?cursor=AAAAAAAAAAA",
                "?cursor=%00",
                "?since=yesterday",
                "?until=2026-13-01T00:00:00Z",
                "?subject=%00",
                "?source=%01",
                "?id=%00",
                "/stream?type=..",
                "/stream?after=x",
                "/stream?after=-1",
                "/stream?lastEventId=1e3",
                "/stream?after=1-2",
                "/stream?after=1-2-x",
                "/x?source=%00"
            })
    void badQuestionIsToldSo(String question) throws Exception {
        assertThat(get("/api/events" + question).statusCode()).isEqualTo(422);
    }

    @Test
    void streamBeginsAtThePresentEndAndSelects() throws Exception {
        store(events("old", 3, "order.placed"));
        var stream = open("/api/events/stream?type=order.%23");
        assertThat(position(stream.nextFrame())).isEqualTo(3);

        store(List.of(event("1", "user.created"), event("2", "order.placed")));

        var frame = stream.nextFrame();
        assertThat(frame.get(0)).startsWith("id: 5-");
        assertThat(JSON.readTree(data(frame)).get("id").textValue()).isEqualTo("2");
    }

    @Test
    void bodyWithLineBreaksKeepsThem() throws Exception {
        var stream = open("/api/events/stream?after=0");
        stream.nextFrame();
        store(List.of(withBody("1", "application/json", bytes("{\n\n \"a\": 1\r\n}\n"))));

        var frame = stream.nextFrame();
        assertThat(data(frame)).contains("\"data\":{\n\n \"a\": 1\n}\n}");
    }

    @Test
    void resumedStreamMissesNothing() throws Exception {
        store(events("a", 1200, "order.placed"));
        var seen = new ArrayList<String>();
        var first = open("/api/events/stream?after=0");
        first.nextFrame();
        String last = "0";
        for (int i = 0; i < 700; i++) {
            var frame = first.nextFrame();
            last = frame.get(0).substring("id: ".length());
            seen.add(JSON.readTree(data(frame)).get("id").textValue());
        }
        first.close();
        store(events("b", 300, "order.placed"));

        var second = open("/api/events/stream?after=0", "Last-Event-ID", last);
        second.nextFrame();
        while (seen.size() < 1500) {
            seen.add(JSON.readTree(data(second.nextFrame())).get("id").textValue());
        }

        assertThat(seen)
                .doesNotHaveDuplicates()
                .hasSize(1500)
                .startsWith("a0", "a1")
                .endsWith("b298", "b299");
    }

    @Test
    void streamFindsWhatAnotherHubStores() throws Exception {
        var stream = open("/api/events/stream");
        stream.nextFrame();
        database.log().append(events("other", 1, "order.placed"));

        assertThat(data(stream.nextFrame())).contains("other0");
    }

    @Test
    void streamOutlivesTheDatabase() throws Exception {
        var stream = open("/api/events/stream");
        stream.nextFrame();
        database.outage().begin();
        assertThat(get("/api/events").statusCode()).isEqualTo(503);
        // until a heartbeat has gone out in the meantime
        assertThat(stream.nextFrame()).containsExactly(":", "id: 0");
        database.outage().end();
        store(events("a", 1, "order.placed"));

        assertThat(data(stream.nextFrame())).contains("\"a0\"");
    }

    @Test
    void streamThatIsOpenedWhileTheDatabaseIsAwayBeginsWhenItIsBack() throws Exception {
        store(events("old", 3, "order.placed"));
        database.outage().begin();
        var stream = open("/api/events/stream");
        assertThat(stream.nextFrame()).containsExactly(":");
        database.outage().end();
        var begun = stream.nextFrame();
        while (begun.equals(List.of(":"))) {
            begun = stream.nextFrame();
        }
        assertThat(position(begun)).isEqualTo(3);
        store(events("new", 1, "order.placed"));

        assertThat(data(stream.nextFrame())).contains("\"new0\"");
    }

    @Test
    void streamSaysWhenABrowserConnectsAgain() throws Exception {
        assertThat(open("/api/events/stream").nextFrame()).contains("retry: 1000");
    }

    @Test
    void idleStreamSaysItIsAlive() throws Exception {
        var stream = open("/api/events/stream?type=order.*");
        stream.nextFrame();
        store(List.of(event("1", "user.created")));

        assertThat(position(stream.nextFrame())).isEqualTo(1);
    }

    @Test
    void positionBeyondTheLogIsTakenForItsEnd() throws Exception {
        store(events("a", 2, "order.placed"));
        var stream = open("/api/events/stream", "Last-Event-ID", "5000");
        stream.nextFrame();
        var told = stream.nextFrame();
        assertThat(told.get(0)).isEqualTo("event: reset");
        assertThat(told.get(1)).startsWith("id: 2-");
        store(events("b", 1, "order.placed"));

        assertThat(data(stream.nextFrame())).contains("\"b0\"");
    }

    @Test
    void anOpenStreamIsToldThatTheLogHasGoneBackAndMissesNothingThatIsThere() throws Exception {
        store(events("old", 91, "order.placed"));
        var stream = open("/api/events/stream");
        stream.nextFrame();
        // a heartbeat: the stream has looked, and looks no more while the log goes back in two steps
        stream.nextFrame();
        goBackTo(71);
        // by another hub, and beyond what this one has seen
        database.log().append(events("new", 40, "order.placed"));

        var told = stream.nextFrame();
        assertThat(told).contains("event: reset");
        assertThat(JSON.readTree(data(told)).get("position").asLong()).isEqualTo(91);
        assertThat(idsUntil(stream, "new39")).containsAll(names("new", 40));
    }

    @Test
    void aStreamThatResumesInAnotherLogIsToldSoAndMissesNothingThatIsThere() throws Exception {
        store(events("old", 91, "order.placed"));
        var first = open("/api/events/stream?after=0");
        var last = "";
        for (var id = ""; !id.equals("old90"); ) {
            var frame = first.nextFrame();
            last = frame.stream()
                    .filter(line -> line.startsWith("id: "))
                    .findFirst()
                    .orElseThrow()
                    .substring("id: ".length());
            id = data(frame).isEmpty()
                    ? ""
                    : JSON.readTree(data(frame)).get("id").textValue();
        }
        first.close();
        goBackTo(71);
        database.log().append(events("new", 40, "order.placed"));

        var again = open("/api/events/stream", "Last-Event-ID", last);
        again.nextFrame();
        assertThat(again.nextFrame()).contains("event: reset");
        assertThat(idsUntil(again, "new39")).containsAll(names("new", 40));
        // one that was there before the log went back goes on as ever
        assertThat(idsUntil(open("/api/events/stream?after=70"), "new39"))
                .containsExactlyElementsOf(concat("old70", names("new", 40)));
    }

    @Test
    void aCursorOfAnotherLogIsToldSo() throws Exception {
        store(events("old", 91, "order.placed"));
        var next = json(get("/api/events?limit=5")).get("next").textValue();
        assertThat(get("/api/events?cursor=" + next).statusCode()).isEqualTo(200);
        goBackTo(71);
        assertThat(get("/api/events?cursor=" + next).statusCode()).isEqualTo(409);
        database.log().append(events("new", 40, "order.placed"));

        assertThat(get("/api/events?cursor=" + next).statusCode()).isEqualTo(409);
        assertThat(get("/api/events?cursor=" + next).body()).contains("start again without");
    }

    @Test
    void moreStreamsThanAllowedAreRefusedUntilOneEnds() throws Exception {
        for (int i = 0; i < 5; i++) {
            open("/api/events/stream").nextFrame();
        }
        assertThat(get("/api/events/stream").statusCode()).isEqualTo(503);

        opened.get(0).close();
        await().atMost(Duration.ofSeconds(20)).until(() -> {
            // what is written to a client that has gone shows that it has
            store(List.of(event("n" + System.nanoTime(), "order.placed")));
            var again = http.send(request("/api/events/stream"), BodyHandlers.ofInputStream());
            again.body().close();
            return again.statusCode() == 200;
        });
    }

    @Test
    void oneUserCannotTakeThePlacesOfOthersAndGetsThemBackWhenSocketsClose() throws Exception {
        for (int i = 0; i < 3; i++) {
            open("/api/events/stream", "user", "ann").nextFrame();
        }
        assertThat(http.send(request("/api/events/stream", "user", "ann"), BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(503);
        open("/api/events/stream", "user", "bob").nextFrame();

        opened.subList(0, 3).forEach(Stream::close);
        // nothing is published meanwhile
        await().atMost(Duration.ofSeconds(5)).until(() -> {
            var again = http.send(request("/api/events/stream", "user", "ann"), BodyHandlers.ofInputStream());
            again.body().close();
            return again.statusCode() == 200;
        });
    }

    @Test
    void streamOfAUserWhoIsRemovedEnds() throws Exception {
        var anns = open("/api/events/stream", "user", "ann");
        var bobs = open("/api/events/stream", "user", "bob");
        anns.nextFrame();
        Objects.requireNonNull(Hub.LOGINS.remove("ann")).setAuthenticated(false);
        await().atMost(Duration.ofSeconds(10)).until(() -> anns.nextFrame().isEmpty());
        assertThat(bobs.nextFrame()).isNotEmpty();
    }

    @Test
    void headOfAStreamOpensNone() throws Exception {
        for (int i = 0; i < 6; i++) {
            var head = HttpRequest.newBuilder(request("/api/events/stream").uri())
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build();
            var answer = http.send(head, BodyHandlers.discarding());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).hasValue("text/event-stream");
        }
        open("/api/events/stream").nextFrame();
    }

    @Test
    void hubStopsAtOnceThoughStreamsAreOpen() throws Exception {
        var stream = open("/api/events/stream");
        stream.nextFrame();
        var start = System.nanoTime();

        hub.close();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
        assertThat(stream.lines.readLine()).isNull();
    }

    /** As a failover that loses the tail, or a restore. */
    private void goBackTo(long position) {
        database.client()
                .sql("UPDATE event_log_head SET position = ?")
                .param(position)
                .update();
        database.client()
                .sql("DELETE FROM event_log WHERE position > ?")
                .param(position)
                .update();
    }

    private static List<String> idsUntil(Stream stream, String last) throws IOException {
        var ids = new ArrayList<String>();
        while (!ids.contains(last)) {
            var data = data(stream.nextFrame());
            if (!data.isEmpty() && JSON.readTree(data).has("id")) {
                ids.add(JSON.readTree(data).get("id").textValue());
            }
        }
        return ids;
    }

    private static List<String> names(String prefix, int count) {
        return events(prefix, count, "order.placed").stream().map(Event::id).toList();
    }

    private static List<String> concat(String first, List<String> others) {
        var all = new ArrayList<>(List.of(first));
        all.addAll(others);
        return all;
    }

    private void store(List<Event> events) {
        hub.getBean(LogHead.class).advance(database.log().append(events).last());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpResponse<String> accepting(String path, String accept) throws IOException, InterruptedException {
        return http.send(request(path, "Accept", accept), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private HttpRequest request(String path, String... headers) {
        var request = HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + hub.getWebServer().getPort() + path));
        return headers.length == 0 ? request.build() : request.headers(headers).build();
    }

    private Stream open(String path, String... headers) throws IOException, InterruptedException {
        var response = http.send(request(path, headers), BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
        var stream = new Stream(new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8)));
        opened.add(stream);
        return stream;
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        assertThat(response.statusCode()).isEqualTo(200);
        return JSON.readTree(response.body());
    }

    private static long position(List<String> frame) {
        assertThat(frame.get(0)).isEqualTo(":");
        return Long.parseLong(frame.get(1).substring("id: ".length()).split("-", -1)[0]);
    }

    /** As a browser joins it. */
    private static String data(List<String> frame) {
        return String.join(
                "\n",
                frame.stream()
                        .filter(line -> line.startsWith("data: "))
                        .map(line -> line.substring("data: ".length()))
                        .toList());
    }

    private record Stream(BufferedReader lines) implements AutoCloseable {

        List<String> nextFrame() throws IOException {
            var frame = new ArrayList<String>();
            for (var line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
                frame.add(line);
            }
            return frame;
        }

        @Override
        public void close() {
            try {
                lines.close();
            } catch (IOException gone) {
                throw new UncheckedIOException(gone);
            }
        }
    }

    @ImportAutoConfiguration({
        ServletWebServerFactoryAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class
    })
    @Import({EventLogController.class, Problems.class})
    static class Hub {

        @Bean
        LogDatabase database() {
            return LogDatabase.h2("http");
        }

        static final Map<String, Authentication> LOGINS = new ConcurrentHashMap<>();

        private static Authentication login(String name) {
            var login = new TestingAuthenticationToken(name, null);
            login.setAuthenticated(true);
            return login;
        }

        /** Whoever the header names is logged in. */
        @Bean
        Filter login() {
            return (request, response, chain) -> chain.doFilter(
                    new HttpServletRequestWrapper((HttpServletRequest) request) {
                        @Override
                        public @Nullable Principal getUserPrincipal() {
                            var name = getHeader("user");
                            return name == null ? null : LOGINS.computeIfAbsent(name, Hub::login);
                        }
                    },
                    response);
        }

        @Bean
        LogHead head() {
            return new LogHead();
        }

        @Bean
        LoggedEvents loggedEvents(LogDatabase database) {
            return database.events();
        }

        @Bean
        EventStreams streams(LogDatabase database, LogHead head) {
            return new EventStreams(
                    database.events(),
                    head,
                    new EventLogProperties(
                            500,
                            Duration.ofMillis(20),
                            Duration.ofDays(30),
                            5,
                            3,
                            Duration.ofSeconds(1),
                            Duration.ofMillis(250)));
        }
    }

    /** Stands for the gateway's problem details. */
    @RestControllerAdvice
    static class Problems {

        @ExceptionHandler(RuntimeException.class)
        org.springframework.http.ResponseEntity<String> problem(RuntimeException failure) {
            int status = failure instanceof NotFound
                    ? 404
                    : failure instanceof Conflict
                            ? 409
                            : failure instanceof Invalid ? 422 : failure instanceof Unavailable ? 503 : 500;
            return org.springframework.http.ResponseEntity.status(status).body(failure.getMessage());
        }
    }
}
