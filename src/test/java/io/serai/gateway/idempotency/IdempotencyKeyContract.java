// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.gateway.idempotency.KeptAnswers.Claim;
import io.serai.gateway.idempotency.KeptAnswers.Done;
import io.serai.gateway.idempotency.KeptAnswers.Running;
import io.serai.message.EventIds;
import io.serai.testing.HubInside;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.support.AsyncProcessorSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What becomes of requests with an {@code Idempotency-Key}, on whatever broker and database the hub runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class IdempotencyKeyContract {

    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicInteger runs = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile CountDownLatch held = new CountDownLatch(0);
    private volatile String answer = "";
    private ConfigurableApplicationContext hub;
    private JdbcTemplate jdbc;

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    @BeforeAll
    void start() throws Exception {
        hub = HubInside.start(folder, servers(), "--serai.gateway.answer-timeout=1s");
        jdbc = hub.getBean(JdbcTemplate.class);
        hub.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/api/t/now?httpMethodRestrict=POST,PUT").process(IdempotencyKeyContract.this::run);
                from("event:t.refused?subscription=refusing&retry=none").process(exchange -> {
                    throw new IllegalStateException("refused");
                });
                from("platform-http:/api/t/later?httpMethodRestrict=POST")
                        .process(new Later())
                        .process(IdempotencyKeyContract.this::run);
            }
        });
        HubInside.awaitReading(hub, Duration.ofSeconds(60));
    }

    @BeforeEach
    void reset() {
        runs.set(0);
        failures.set(0);
        held = new CountDownLatch(0);
        answer = "";
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    private void run(Exchange exchange) throws Exception {
        int run = runs.incrementAndGet();
        if (!held.await(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("held for too long");
        }
        if (failures.getAndDecrement() > 0) {
            throw new IllegalStateException("not this time");
        }
        var made = exchange.getMessage();
        made.setBody(answer.isEmpty() ? "{\"run\":" + run + "}" : answer);
        made.removeHeaders("*");
        made.setHeader(Exchange.HTTP_RESPONSE_CODE, 201);
        made.setHeader(Exchange.CONTENT_TYPE, "application/json");
        made.setHeader("Location", "/api/t/" + run);
        made.setHeader("ETag", "\"" + run + "\"");
        made.setHeader("X-Own", "ä".equals(answer) ? "a" : "b");
    }

    /** Goes on later, on another thread. */
    private static final class Later extends AsyncProcessorSupport {
        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            CompletableFuture.delayedExecutor(10, TimeUnit.MILLISECONDS).execute(() -> callback.done(false));
            return false;
        }
    }

    @Test
    void aRequestThatComesAgainIsAnsweredAsTheFirstAndRunOnce() throws Exception {
        for (var path : List.of("/api/t/now", "/api/t/later")) {
            reset();
            var key = EventIds.next();
            var first = post(path, "{}", key);
            var again = post(path, "{}", key);

            assertThat(first.statusCode()).as(first.body()).isEqualTo(201);
            assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
            assertThat(again.statusCode()).isEqualTo(201);
            assertThat(again.body()).isEqualTo(first.body()).isEqualTo("{\"run\":1}");
            assertThat(again.headers().firstValue("Idempotent-Replayed")).contains("true");
            for (var header : List.of("Content-Type", "Location", "ETag", "X-Own", "Content-Length")) {
                assertThat(again.headers().allValues(header))
                        .as(header)
                        .hasSize(1)
                        .isEqualTo(first.headers().allValues(header));
            }
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void oneEventComesOfAPublishThatIsRepeated() throws Exception {
        var type = "keyed." + EventIds.next();
        var key = EventIds.next();

        var first = post("/api/events/" + type, "{\"a\":1}", key);
        var again = post("/api/events/" + type, "{\"a\":1}", key);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.body()).isEqualTo(first.body());
        await().atMost(SOON).until(() -> logged(type) > 0);
        assertThat(logged(type)).isEqualTo(1);
    }

    @Test
    void binaryEventsOfOneKeyAreToldApartByTheirAttributes() throws Exception {
        var key = EventIds.next();
        var type = "keyed." + EventIds.next();
        String[] attributes = {
            "ce-specversion", "1.0", "ce-id", "1", "ce-source", "/t", "ce-type", type, "Idempotency-Key", key
        };
        assertThat(send("POST", "/api/events", "{}", attributes).statusCode()).isEqualTo(202);
        attributes[3] = "2";
        assertThat(send("POST", "/api/events", "{}", attributes).statusCode()).isEqualTo(422);
    }

    @Test
    void aKeyStandsForOneContent() throws Exception {
        var key = EventIds.next();
        post("/api/t/now", "{\"a\":1}", key);

        var other = post("/api/t/now", "{\"a\":2}", key);

        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("/problems/idempotency-key-reused");
        assertThat(post("/api/t/now?a=2", "{\"a\":1}", key).statusCode()).isEqualTo(422);
        assertThat(post("/api/t/later", "{\"a\":2}", key).statusCode())
                .as("of another path")
                .isEqualTo(201);
    }

    @Test
    void whatIsBeingRunIsNotBegunAgain() throws Exception {
        held = new CountDownLatch(1);
        var key = EventIds.next();
        var first = CompletableFuture.supplyAsync(() -> unchecked("/api/t/now", "{}", key));
        await().atMost(SOON).until(() -> runs.get() == 1);

        var meanwhile = post("/api/t/now", "{}", key);
        var other = post("/api/t/now", "{\"a\":2}", key);
        held.countDown();

        assertThat(meanwhile.statusCode()).isEqualTo(409);
        assertThat(meanwhile.body()).contains("/problems/request-running");
        assertThat(meanwhile.headers().firstValue("Retry-After")).contains("1");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(first.get(20, TimeUnit.SECONDS).statusCode()).isEqualTo(201);
        assertThat(post("/api/t/now", "{}", key).statusCode()).isEqualTo(201);
        assertThat(runs).hasValue(1);
    }

    @Test
    void manyAtOnceAreRunOnce() {
        for (int round = 0; round < 10; round++) {
            runs.set(0);
            var key = EventIds.next();
            var answers = IntStream.range(0, 8)
                    .mapToObj(n -> CompletableFuture.supplyAsync(
                            () -> unchecked("/api/t/later", "{}", key), command -> new Thread(command).start()))
                    .toList()
                    .stream()
                    .map(each -> each.join().statusCode())
                    .toList();
            assertThat(answers).contains(201).isSubsetOf(201, 409);
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void anErrorIsNotKept() throws Exception {
        failures.set(1);
        var key = EventIds.next();

        assertThat(post("/api/t/now", "{}", key).statusCode()).isEqualTo(500);
        var again = post("/api/t/now", "{}", key);

        assertThat(again.statusCode()).isEqualTo(201);
        assertThat(again.body()).isEqualTo("{\"run\":2}");
    }

    @Test
    void anAnswerThatCameTooLateForTheClientIsThereWhenItAsksAgain() throws Exception {
        held = new CountDownLatch(1);
        var key = EventIds.next();

        assertThat(post("/api/t/later", "{}", key).statusCode()).isEqualTo(503);
        assertThat(post("/api/t/later", "{}", key).statusCode()).isEqualTo(409);
        held.countDown();

        await().atMost(SOON).until(() -> post("/api/t/later", "{}", key).statusCode() == 201);
        assertThat(post("/api/t/later", "{}", key).body()).isEqualTo("{\"run\":1}");
        assertThat(runs).hasValue(1);
    }

    @Test
    void aClientThatLeftFindsTheAnswerWhenItComesBack() throws Exception {
        for (var path : List.of("/api/t/now", "/api/t/later")) {
            reset();
            held = new CountDownLatch(1);
            var key = EventIds.next();
            var impatient = HttpClient.newHttpClient();
            var left = impatient.sendAsync(
                    request("POST", path, "{}", "Idempotency-Key", key).build(), BodyHandlers.ofString());
            await().atMost(SOON).until(() -> runs.get() == 1);
            left.cancel(true);
            held.countDown();

            await().atMost(SOON).until(() -> post(path, "{}", key).statusCode() == 201);
            assertThat(runs).as(path).hasValue(1);
        }
    }

    @Test
    void anErrorThatCameTooLateIsNotKept() throws Exception {
        held = new CountDownLatch(1);
        failures.set(1);
        var key = EventIds.next();

        assertThat(post("/api/t/later", "{}", key).statusCode()).isEqualTo(503);
        held.countDown();

        await().atMost(SOON).until(() -> post("/api/t/later", "{}", key).statusCode() == 201);
        assertThat(runs).hasValue(2);
    }

    @Test
    void anAnswerTooLargeToKeepIsSentWholeAndTheRequestNotRunAgain() throws Exception {
        for (var path : List.of("/api/t/now", "/api/t/later")) {
            reset();
            answer = "\"" + "x".repeat(200_000) + "\"";
            var key = EventIds.next();

            var first = post(path, "{}", key);
            var again = post(path, "{}", key);

            assertThat(first.statusCode()).isEqualTo(201);
            assertThat(first.body()).isEqualTo(answer);
            assertThat(first.headers().firstValue("Location")).contains("/api/t/1");
            assertThat(again.statusCode()).isEqualTo(409);
            assertThat(again.body()).contains("/problems/answer-not-kept");
            assertThat(runs).hasValue(1);
        }
    }

    @Test
    void textOfAnyScriptIsKeptAsItWas() throws Exception {
        answer = "ä";
        var key = EventIds.next();
        assertThat(post("/api/t/now", "\"é\"", key).body()).isEqualTo("ä");
        assertThat(post("/api/t/now", "\"é\"", key).body()).isEqualTo("ä");
    }

    @Test
    void aKeyThatIsNoneIsRefused() throws Exception {
        for (var key : List.of("x".repeat(256), "a\tb", "")) {
            assertThat(post("/api/t/now", "{}", key).statusCode()).as(key).isEqualTo(400);
        }
        assertThat(send("POST", "/api/t/now", "{}", "Idempotency-Key", "a", "Idempotency-Key", "b")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/api/t/now", "{}", "x".repeat(255)).statusCode()).isEqualTo(201);
        assertThat(runs).hasValue(1);
    }

    @Test
    void onlyPostsHaveAKey() throws Exception {
        var key = EventIds.next();
        assertThat(send("PUT", "/api/t/now", "{}", "Idempotency-Key", key).body())
                .isEqualTo("{\"run\":1}");
        assertThat(send("PUT", "/api/t/now", "{}", "Idempotency-Key", key).body())
                .isEqualTo("{\"run\":2}");
    }

    @Test
    void aJobIsMadeOnce() throws Exception {
        post("/api/events/t.refused", "{}", EventIds.next());
        await().atMost(SOON).until(() -> !refused().isEmpty());
        var job = """
                {"kind":"discard","select":{"ids":["%s"]},"reason":"test"}""".formatted(refused());
        var key = EventIds.next();

        var first = post("/api/jobs", job, key);
        var again = post("/api/jobs", job, key);

        assertThat(first.statusCode()).as(first.body()).isEqualTo(202);
        assertThat(again.statusCode()).as(again.body()).isEqualTo(202);
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
    }

    private String refused() throws Exception {
        return new ObjectMapper()
                .readTree(send("GET", "/api/failures?state=dead&subscription=refusing", "")
                        .body())
                .at("/items/0/id")
                .asText();
    }

    @Test
    void theDescriptionNamesTheKeyWhereItIsTaken() throws Exception {
        var document = new ObjectMapper()
                .readTree(send("GET", "/v3/api-docs", "").body())
                .path("paths");
        assertThat(document.toString()).contains("Idempotency-Key");
        for (var path : List.of("/api/events", "/api/t/now", "/api/jobs")) {
            assertThat(document.path(path).at("/post/parameters").findValuesAsText("name"))
                    .as("%s: %s", path, document.path(path))
                    .contains("Idempotency-Key");
        }
    }

    @Test
    void whatAKilledHubHadClaimedIsRunByAnotherAfterItsLeaseAndByNobodyTwice() throws Exception {
        var one = keeper(Duration.ofSeconds(1));
        var other = keeper(Duration.ofSeconds(30));
        var request = EventIds.next();
        var killed = (Claim) one.claim(request, "a");
        assertThat(other.claim(request, "a")).isEqualTo(new Running(true));

        await().atMost(SOON).pollInterval(Duration.ofMillis(100)).until(() -> {
            assertThat(other.claim(request, "b")).isEqualTo(new Running(false));
            return other.claim(request, "a") instanceof Claim;
        });

        assertThat(one.keep(killed, new KeptAnswer(200, Map.of(), new byte[] {1})))
                .as("it was only paused, and comes back")
                .isFalse();
        one.release(killed);
        assertThat(other.claim(request, "a")).isEqualTo(new Running(true));
    }

    @Test
    void whatIsRunForLongIsRenewed() throws Exception {
        var one = keeper(Duration.ofSeconds(1));
        var request = EventIds.next();
        var claim = (Claim) one.claim(request, "a");
        var began = System.nanoTime();

        await().atMost(SOON).pollInterval(Duration.ofMillis(200)).until(() -> {
            one.renew();
            assertThat(keeper(Duration.ofSeconds(1)).claim(request, "a")).isInstanceOf(Running.class);
            return System.nanoTime() - began > TimeUnit.SECONDS.toNanos(3);
        });
        assertThat(one.keep(claim, new KeptAnswer(200, Map.of(), new byte[] {1})))
                .isTrue();
        assertThat(one.claim(request, "a")).isInstanceOf(Done.class);
    }

    @Test
    void whatIsRunForLongerThanAnswersAreKeptIsRenewedToo() {
        var one = keeper(Duration.ofSeconds(15));
        var request = EventIds.next();
        var claim = (Claim) one.claim(request, "a");
        jdbc.update("UPDATE kept_answer SET expires_at = claimed_until - INTERVAL '1' HOUR WHERE request = ?", request);

        one.renew();

        one.forget();
        assertThat(one.claim(request, "a")).isEqualTo(new Running(true));
        assertThat(one.keep(claim, new KeptAnswer(200, Map.of(), new byte[] {1})))
                .isTrue();
    }

    @Test
    void answersAreForgottenAfterTheirTime() {
        var kept = new KeptAnswers(
                hub.getBean(JdbcClient.class), new ObjectMapper(), Duration.ofSeconds(15), Duration.ofSeconds(1));
        var request = EventIds.next();
        kept.keep((Claim) kept.claim(request, "a"), new KeptAnswer(200, Map.of(), new byte[0]));

        await().atMost(SOON).until(() -> {
            kept.forget();
            return jdbc.queryForObject("SELECT COUNT(*) FROM kept_answer WHERE request = ?", Integer.class, request)
                    == 0;
        });
    }

    private KeptAnswers keeper(Duration lease) {
        return new KeptAnswers(hub.getBean(JdbcClient.class), new ObjectMapper(), lease, Duration.ofHours(1));
    }

    private int logged(String type) throws Exception {
        return new ObjectMapper()
                .readTree(send("GET", "/api/events?type=" + type, "").body())
                .path("items")
                .size();
    }

    private HttpResponse<String> unchecked(String path, String body, String key) {
        try {
            return post(path, body, key);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private HttpResponse<String> post(String path, String body, String key) throws Exception {
        return send("POST", path, body, "Idempotency-Key", key);
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        return http.send(request(method, path, body, headers).build(), BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String method, String path, String body, String... headers) {
        var port = ((ServletWebServerApplicationContext) hub).getWebServer().getPort();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .timeout(Duration.ofSeconds(30));
        if (!body.isEmpty()) {
            request.header("Content-Type", "application/json");
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return request;
    }
}
