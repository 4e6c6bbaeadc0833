// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.serai.testing.Database;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * A hub whose clock is an hour off, or jumps: what is due is due by the database's clock, so nothing storms and nothing
 * stalls.
 *
 * <p>The hub's wall clock is libfaketime's, so that of every library in it too; where that is not installed (Debian: {@code
 * libfaketime}) the tests are skipped.
 */
@Tag("crash")
@HubServices
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WrongClockIT {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final int EVENTS = 50;
    private static final int DELAY_SECONDS = 3;
    /** Between two looks of the scheduler, on a machine that does other things too. */
    private static final int LATEST_SECONDS = 15;

    private static final int LEASE_SECONDS = 5;

    private static final String ROUTES = """
        - route:
            id: wrong-clock
            from:
              uri: event:clock.ticked
              parameters:
                subscription: wrong-clock
                retry: clock
              steps:
                - to: "sql:insert into clock_call (id) values (:#${header.CamelCloudEventID})"
                - to: "sql:select count(*) from clock_call where id = :#${header.CamelCloudEventID}?outputType=SelectOne"
                - choice:
                    when:
                      - simple: "${body} < 3"
                        steps:
                          - throwException:
                              exceptionType: java.lang.IllegalStateException
                              message: "not yet"
        """;
    private static final String FORWARD = """
        - route:
            id: wrong-clock-forward
            from:
              uri: event:clock.forward
              parameters:
                subscription: wrong-clock-forward
                idempotent: true
              steps:
                - to: "sql:insert into clock_effect (id) values (:#${header.CamelCloudEventID})"
                - to:
                    uri: event:clock.forwarded
                    parameters:
                      outbox: true
        """;

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private Path offset;
    private Path routes;
    private String broker;
    private Database database;
    private JdbcTemplate jdbc;
    private HubProcess hub;

    @BeforeAll
    void start() throws IOException {
        var library = library();
        assumeTrue(library.isPresent(), "libfaketime is not installed (apt-get install libfaketime)");
        database = SharedNodes.postgres().newDatabase();
        broker = SharedNodes.rabbit().newVhost().toString();
        jdbc = new JdbcTemplate(new DriverManagerDataSource(database.jdbcUrl(), database.user(), database.password()));
        routes = Files.createDirectories(folder.resolve("routes"));
        Files.writeString(routes.resolve("wrong-clock.camel.yaml"), ROUTES);
        Files.writeString(routes.resolve("wrong-clock-forward.camel.yaml"), FORWARD);
        offset = folder.resolve("offset");
        setClock("+0");
        hub = newHub("wrong")
                .env("LD_PRELOAD", library.orElseThrow().toString())
                .env("FAKETIME_TIMESTAMP_FILE", offset.toString())
                // looks at the file once a second: more often makes it too slow to start
                .env("FAKETIME_CACHE_DURATION", "1")
                // what waits does so by the monotonic clock, which nobody sets
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
                .env("NO_FAKE_STAT", "1")
                .launch();
        // every look at the clock is slower than without
        await().atMost(Duration.ofMinutes(5))
                .failFast("the hub has ended", () -> !hub.isAlive())
                .until(this::isReady);
        jdbc.execute("CREATE TABLE clock_call (id VARCHAR(255), called_at TIMESTAMPTZ DEFAULT clock_timestamp())");
        jdbc.execute("CREATE TABLE clock_effect (id VARCHAR(255))");
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, -1})
    @Order(1)
    void retriesComeOnTimeThoughTheHubsClockIsAnHourOff(int hours) throws Exception {
        setClock("%+dh".formatted(hours));
        await().atMost(SOON).until(() -> Math.round(hoursOff()) == hours);

        assertTriedOnTime("%+d hour".formatted(hours), publishAll());
    }

    @Test
    @Order(2)
    void retriesNeitherStormNorStallWhileTheHubsClockJumpsBothWays() throws Exception {
        var jumps = new AtomicInteger();
        var end = new CountDownLatch(1);
        var jumper = new Thread(() -> jump(jumps, end), "jumps");
        jumper.start();
        try {
            assertTriedOnTime("jumping", publishAll());
        } finally {
            end.countDown();
            jumper.join();
            setClock("+0");
        }
        assertThat(jumps.get()).isGreaterThan(3);
    }

    @Test
    @Order(3)
    void duplicatesAreKnownServicesAreFreshAndStreamsGoOnWhenTheClockJumpsAheadAndBack() throws Exception {
        var lines = follow("clock.forwarded");
        publish("clock.forward", "first");
        await().atMost(SOON).until(() -> effects("first") == 1);
        announce();

        for (var hours : List.of(1, -1)) {
            setClock("%+dh".formatted(hours));
            await().atMost(SOON).until(() -> Math.round(hoursOff()) == hours);
            assertThat(services()).contains("\"name\":\"clock\"").contains("\"health\":\"UP\"");

            publish("clock.forward", "first");
            var next = "after" + hours;
            publish("clock.forward", next);

            await().atMost(SOON).until(() -> effects(next) == 1);
            assertThat(effects("first")).isEqualTo(1);
            // through the outbox and its relay, the log and the stream
            await().atMost(SOON).until(() -> lines.stream().anyMatch(line -> line.contains(next)));
        }
    }

    @Test
    @Order(4)
    void theRelayOfAHubWhoseClockIsAheadIsLeftAloneUntilItDiesAndTakenOverThen() throws Exception {
        setClock("+1h");
        await().atMost(SOON).until(() -> Math.round(hoursOff()) == 1);
        publish("clock.forward", "held");
        await().atMost(SOON).until(() -> forwarded() > 0);
        var holder = holder();
        try (var other = newHub("right").start().awaitReady()) {
            await().during(Duration.ofSeconds(2L * LEASE_SECONDS)).atMost(SOON).until(() -> holder().equals(holder));

            hub.kill9();
            var killed = System.nanoTime();
            var before = forwarded();
            publish(other, "clock.forward", "taken-over");

            await().atMost(SOON).until(() -> forwarded() == before + 1);
            var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - killed);
            System.out.printf("wrong clock: relay taken over after %d s%n", seconds);
            assertThat(seconds).isLessThan(30);
        }
    }

    private HubProcess newHub(String name) throws IOException {
        return HubProcess.in(Files.createDirectories(folder.resolve(name)))
                .with("serai.routes.directory", routes)
                .with("serai.bus.immediate-retries", 0)
                .with("serai.registry.allowed-addresses", "127.0.0.1")
                .with("serai.bus.outbox.lease", LEASE_SECONDS + "s")
                .with(
                        "serai.failure.policies.clock.delays",
                        "%ds,%ds,%ds".formatted(DELAY_SECONDS, DELAY_SECONDS, 3600))
                .with("serai.failure.policies.clock.jitter", 0)
                .with("spring.rabbitmq.addresses", broker)
                .with("spring.datasource.url", database.jdbcUrl())
                .with("spring.datasource.username", database.user())
                .with("spring.datasource.password", database.password());
    }

    private List<String> publishAll() throws Exception {
        var ids = IntStream.range(0, EVENTS)
                .mapToObj(number -> UUID.randomUUID().toString())
                .toList();
        for (var id : ids) {
            publish("clock.ticked", id);
        }
        return ids;
    }

    /** By the database's clock, which dates each call: the pause before each is the policy's, and then not long. */
    private void assertTriedOnTime(String clock, List<String> ids) {
        await().atMost(SOON.multipliedBy(2)).until(() -> calls(ids) >= 3L * ids.size() && resolved(ids) == ids.size());
        var pauses = jdbc.query(
                """
                SELECT EXTRACT(EPOCH FROM called_at - LAG(called_at) OVER (PARTITION BY id ORDER BY called_at)) AS pause
                FROM clock_call WHERE id IN (%s)
                """.formatted(quoted(ids)),
                (row, number) -> row.getObject("pause") == null ? null : row.getDouble("pause"));
        var seconds = pauses.stream()
                .filter(Objects::nonNull)
                .mapToDouble(pause -> pause)
                .summaryStatistics();
        System.out.printf(
                Locale.ROOT,
                "wrong clock: %s events=%d calls=%d delaySeconds=%d shortestPause=%.1f longestPause=%.1f%n",
                clock,
                ids.size(),
                calls(ids),
                DELAY_SECONDS,
                seconds.getMin(),
                seconds.getMax());
        assertThat(calls(ids)).as("none storms").isEqualTo(3L * ids.size());
        assertThat(seconds.getMin()).isGreaterThan(DELAY_SECONDS - 0.2);
        assertThat(seconds.getMax()).isLessThan(LATEST_SECONDS);
    }

    private void jump(AtomicInteger jumps, CountDownLatch end) {
        try {
            while (!end.await(1500, TimeUnit.MILLISECONDS)) {
                setClock(jumps.incrementAndGet() % 2 == 0 ? "-1h" : "+1h");
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** In one step, since the hub may read the file at any time; heard by it within a second. */
    private void setClock(String off) {
        try {
            var next = Files.writeString(folder.resolve("offset.next"), off + "\n");
            Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the hub writes as the time of an event that comes without one, against the database's clock. */
    private double hoursOff() throws Exception {
        var id = UUID.randomUUID().toString();
        publish("clock.asked", id);
        var seconds = await().atMost(SOON)
                .until(
                        () -> jdbc
                                .queryForList(
                                        "SELECT EXTRACT(EPOCH FROM CAST(time AS TIMESTAMPTZ) - stored_at)"
                                                + " FROM event_log WHERE id = ?",
                                        Double.class,
                                        id)
                                .stream()
                                .findFirst(),
                        Optional::isPresent);
        return seconds.orElseThrow() / 3600;
    }

    private void publish(String type, String id) throws Exception {
        publish(hub, type, id);
    }

    private void publish(HubProcess to, String type, String id) throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(to.uri("/api/events"))
                        .timeout(Duration.ofSeconds(20))
                        .header("Content-Type", "application/json")
                        .header("ce-id", id)
                        .header("ce-source", "/clock")
                        .header("ce-specversion", "1.0")
                        .header("ce-type", type)
                        .POST(BodyPublishers.ofString("{\"id\":\"%s\"}".formatted(id)))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    }

    private boolean isReady() {
        try {
            return http.send(
                                    HttpRequest.newBuilder(hub.uri("/actuator/health/readiness"))
                                            .timeout(Duration.ofSeconds(10))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void announce() throws Exception {
        var answer = http.send(
                HttpRequest.newBuilder(hub.uri("/api/services/clock/one"))
                        .header("Content-Type", "application/json")
                        .PUT(BodyPublishers.ofString(
                                "{\"address\":\"http://127.0.0.1:9\",\"health\":\"UP\",\"ttlSeconds\":600}"))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    private String services() throws Exception {
        return http.send(
                        HttpRequest.newBuilder(hub.uri("/api/services?limit=500"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private Queue<String> follow(String type) {
        var lines = new ConcurrentLinkedQueue<String>();
        var stream = http.sendAsync(
                HttpRequest.newBuilder(hub.uri("/api/events/stream?type=" + type))
                        .build(),
                BodyHandlers.ofLines());
        stream.thenAccept(response -> new Thread(() -> response.body().forEach(lines::add), "stream").start());
        return lines;
    }

    private long calls(List<String> ids) {
        return count("SELECT COUNT(*) FROM clock_call WHERE id IN (%s)".formatted(quoted(ids)));
    }

    private long resolved(List<String> ids) {
        return count(
                "SELECT COUNT(*) FROM failure WHERE status = 'RESOLVED' AND event_id IN (%s)".formatted(quoted(ids)));
    }

    private long effects(String id) {
        return count("SELECT COUNT(*) FROM clock_effect WHERE id = '%s'".formatted(id));
    }

    private long forwarded() {
        return count("SELECT COUNT(*) FROM event_log WHERE type = 'clock.forwarded'");
    }

    private String holder() {
        return Objects.requireNonNull(
                jdbc.queryForObject("SELECT holder FROM lease WHERE name = 'outbox-relay'", String.class));
    }

    private long count(String question) {
        return Objects.requireNonNull(jdbc.queryForObject(question, Long.class));
    }

    private static String quoted(List<String> ids) {
        return "'" + String.join("', '", ids) + "'";
    }

    /** Where Debian puts it, on whatever processor. */
    private static Optional<Path> library() throws IOException {
        try (Stream<Path> folders = Files.exists(Path.of("/usr/lib")) ? Files.list(Path.of("/usr/lib")) : Stream.of()) {
            return folders.map(each -> each.resolve("faketime/libfaketimeMT.so.1"))
                    .filter(Files::isReadable)
                    .findFirst();
        }
    }
}
