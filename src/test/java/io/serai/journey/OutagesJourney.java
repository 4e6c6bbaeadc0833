// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static io.serai.journey.HubClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.rabbitmq.client.ConnectionFactory;
import io.serai.testing.Database;
import io.serai.testing.HubProcess;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.FileSystemUtils;

/** Broker and database go away, together or alone, and come back; the hub says so, loses nothing and mends itself. */
@HubServices
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class OutagesJourney {

    private static final String ADA = "{\"name\":\"Ada Lovelace\",\"email\":\"ada@example.com\"}";
    private static final String QUEUE = "warehouse.outage";
    private static final String READ_QUEUE = """
            - route:
                id: read-queue
                from:
                  uri: spring-rabbitmq:default
                  parameters:
                    queues: warehouse.outage
                  steps:
                    - to: event:warehouse.read
            """;

    private static final String RELAY_WAITS = """
            SELECT 1 FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
            WHERE l.relation = 'outbox'::regclass AND NOT l.granted AND a.query LIKE '%SUM(size)%'
            """;

    @TempDir
    static Path folder;

    private URI brokerAddress;
    private Database tables;
    private TcpProxy broker;
    private TcpProxy database;
    private HubProcess hub;
    private HubClient client;

    @BeforeAll
    void startWithoutBroker() throws IOException {
        brokerAddress = SharedNodes.rabbit().newVhost();
        broker = TcpProxy.to(brokerAddress.getHost(), brokerAddress.getPort());
        tables = SharedNodes.postgres().newDatabase();
        var address = URI.create(tables.jdbcUrl().substring("jdbc:".length()));
        database = TcpProxy.to(address.getHost(), address.getPort());
        Files.writeString(
                Files.createDirectories(routes().resolve("warehouse")).resolve("read-queue.camel.yaml"), READ_QUEUE);
        broker.refuse();
        hub = HubProcess.in(folder)
                // what is parked is looked at where it lies
                .with("serai.failure.store", "false")
                .with("serai.routes.directory", routes())
                .with("spring.rabbitmq.addresses", through(broker, brokerAddress))
                .with("spring.datasource.url", "jdbc:" + through(database, address))
                .with("spring.datasource.username", tables.user())
                .with("spring.datasource.password", tables.password())
                // as in production, but sooner
                .with("spring.datasource.hikari.data-source-properties.tcpKeepAlive", "true")
                .with("spring.datasource.hikari.data-source-properties.socketTimeout", "3")
                .start();
        client = new HubClient(hub);
        await().atMost(Duration.ofSeconds(30)).until(() -> createUser().statusCode() == 201);
    }

    @AfterAll
    void stop() throws IOException {
        if (hub != null) {
            hub.close();
        }
        broker.close();
        database.close();
    }

    @Test
    @Order(1)
    void hubThatStartsWithoutItsBrokerSaysSoTakesEventsAndConnectsWhenItComes() throws Exception {
        assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(client.get("/actuator/health/broker").statusCode()).isEqualTo(503);
        assertThat(client.get("/actuator/health/db").statusCode()).isEqualTo(200);
        assertThat(client.get("/actuator/health/readiness").statusCode()).isEqualTo(200);
        assertThat(publish("start.early").statusCode()).isEqualTo(202);
        var user = createUser();
        assertThat(user.statusCode()).isEqualTo(201);

        broker.forward();
        var back = System.nanoTime();

        awaitUserEvent(user);
        print("start: consumers after the port opened", back);
        assertThat(publish("start.late").statusCode()).isEqualTo(202);
        await().untilAsserted(() ->
                assertThat(client.get("/actuator/health/broker").statusCode()).isEqualTo(200));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.events("type=start.early").size() == 1);
    }

    @Test
    @Order(2)
    void whileTheBrokerIsAwayUsersAndPublishersGoOnAndTheLogStaysReadable() throws Exception {
        var printed = hub.output().length();
        broker.refuse();
        var gone = System.nanoTime();
        var users = new ArrayList<JsonNode>();
        var published = new ArrayList<String>();
        while (System.nanoTime() - gone < TimeUnit.SECONDS.toNanos(5)) {
            var made = createUser();
            assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
            users.add(json(made));
            var kept = publish("outage.one?subject=one");
            assertThat(kept.statusCode()).as(kept.body()).isEqualTo(202);
            published.add(json(kept).path("id").asText());
        }
        var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - gone);
        var lines = hub.output().substring(printed).lines().toList();
        System.out.printf(
                "outage of the broker: %d s, %d users created, %d events published, %d log lines%n",
                seconds, users.size(), published.size(), lines.size());
        // publish and subscribe links, and each plain queue's container, are causes of their own: at most a line a
        // second each
        assertThat(lines).as(String.join("\n", lines)).hasSizeLessThanOrEqualTo((int) (3 * (seconds + 1)));

        broker.forward();
        var back = System.nanoTime();

        var created = users.stream().map(user -> user.path("id").asText()).toList();
        // subjects go side by side, so no one of them is the last
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .untilAsserted(() -> assertThat(client.events("type=user.created").stream()
                                .map(event -> event.path("subject").asText()))
                        .containsAll(created));
        print("outage: all " + users.size() + " users' events stored after the port opened", back);
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(client.events("type=outage.one").stream()
                                .map(event -> event.path("id").asText()))
                        .isEqualTo(published));
        print("outage: all " + published.size() + " published events stored, in order, after the port opened", back);
    }

    @Test
    @Order(3)
    void queueOfAnotherSystemIsReadAgainToo() throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(brokerAddress);
        try (var owner = factory.newConnection("warehouse")) {
            var channel = owner.createChannel();
            channel.queueDeclare(QUEUE, true, false, false, null);
            channel.basicPublish("", QUEUE, null, "before".getBytes(StandardCharsets.UTF_8));
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> client.events("type=warehouse.read").size() == 1);
            broker.refuse();
            channel.basicPublish("", QUEUE, null, "meanwhile".getBytes(StandardCharsets.UTF_8));
            await().until(() -> client.get("/actuator/health/broker").statusCode() == 503);

            broker.forward();
            var back = System.nanoTime();

            await().atMost(Duration.ofSeconds(10))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> client.events("type=warehouse.read").size() >= 2);
            print("plain queue: consumer after the port opened", back);
        }
    }

    @Test
    @Order(4)
    void whileTheDatabaseIsAwayCallersAreToldAndEventsWait() throws Exception {
        var printed = hub.output().length();
        var gone = System.nanoTime();
        var users = usersCreatedWhile(() -> {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
            database.refuse();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        });
        await().until(() -> client.get("/actuator/health/db").statusCode() == 503);

        assertThat(client.get("/actuator/health").statusCode()).isEqualTo(200);
        assertThat(client.get("/actuator/health/broker").statusCode()).isEqualTo(200);
        assertUnavailable(createUser());
        assertUnavailable(client.get("/api/users"));
        assertUnavailable(client.get("/api/events"));
        assertUnavailable(client.get("/api/subscriptions"));
        var kept = publish("outage.two");
        assertThat(kept.statusCode()).isEqualTo(202);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
        var seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - gone);
        var lines = hub.output().substring(printed).lines().toList();
        System.out.printf("outage of the database: %d s, %d log lines%n", seconds, lines.size());
        assertThat(lines).as(String.join("\n", lines)).hasSizeLessThanOrEqualTo((int) (3 * (seconds + 1)));

        broker.refuse();
        await().until(() -> client.get("/actuator/health/broker").statusCode() == 503);
        assertUnavailable(publish("outage.neither"));
        assertUnavailable(publish("outage.neither?subject=one"));
        broker.forward();
        database.forward();
        var back = System.nanoTime();

        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .ignoreExceptions()
                .until(() -> client.events("type=outage.two").size() == 1);
        print("outage: what came meanwhile is stored after the database's port opened", back);
        await().untilAsserted(() -> assertThat(client.events("type=user.created").stream()
                        .map(event -> event.path("subject").asText()))
                .containsAll(users));
        for (var id : users) {
            assertThat(client.get("/api/users/" + id).statusCode()).isEqualTo(200);
        }
        var user = createUser();
        assertThat(user.statusCode()).isEqualTo(201);
        awaitUserEvent(user);
        assertThat(failures()).isZero();
        assertThat(client.events("type=outage.neither")).isEmpty();
    }

    @Test
    @Order(5)
    void connectionsToTheDatabaseThatAreDumbAreGivenUpAfterTheTimeOut() throws Exception {
        var printed = hub.output().length();
        try (var direct = DriverManager.getConnection(tables.jdbcUrl(), tables.user(), tables.password());
                var statement = direct.createStatement()) {
            direct.setAutoCommit(false);
            statement.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE");
            // the relay is in the middle of its look at the outbox, and will not hear the answer
            await().until(() -> {
                // else a transaction sees what it saw first
                statement.execute("SELECT pg_stat_clear_snapshot()");
                return statement.executeQuery(RELAY_WAITS).next();
            });
            database.vanish();
        }
        var gone = System.nanoTime();

        var user = await().atMost(Duration.ofSeconds(25)).until(this::createUser, each -> each.statusCode() == 201);
        print("dumb connections: first user after they vanished", gone);
        awaitUserEvent(user);
        print("dumb connections: its event, relayed, after they vanished", gone);

        assertThat(hub.output().substring(printed)).contains("outbox cannot be read, trying again");
    }

    @Test
    @Order(6)
    void hubStopsSoonWhileBothAreAway() {
        assertThat(publishQuietly("outage.three")).isEqualTo(202);
        database.refuse();
        broker.refuse();
        var stopping = System.nanoTime();

        hub.stop();

        var took = Duration.ofNanos(System.nanoTime() - stopping);
        System.out.printf("stop without broker and database: %d ms%n", took.toMillis());
        // each part waits 3 s for a connection in turn: about 20 s, and Kubernetes gives it 30
        assertThat(took).isLessThan(Duration.ofSeconds(30));
    }

    @Test
    @Order(7)
    void withoutStoreAndForwardPublishersAreToldWhileTheBrokerIsAwayAndTheHubIsNotReady() throws Exception {
        database.forward();
        hub.with("serai.gateway.store-and-forward", "false").start();
        await().atMost(Duration.ofSeconds(30)).until(() -> createUser().statusCode() == 201);

        assertUnavailable(publish("outage.off"));
        assertThat(client.get("/actuator/health/readiness").statusCode()).isEqualTo(503);

        broker.forward();

        hub.awaitReady();
        assertThat(publish("outage.on").statusCode()).isEqualTo(202);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> client.events("type=outage.on").size() == 1);
        assertThat(client.events("type=outage.off")).isEmpty();
    }

    private HttpResponse<String> createUser() throws IOException {
        return client.send("POST", "/api/users", ADA);
    }

    /** Four callers create users all the time; each is told 201 or 503, whatever happens. */
    private List<String> usersCreatedWhile(Runnable happening) throws Exception {
        var going = new AtomicBoolean(true);
        var callers = Executors.newFixedThreadPool(4);
        try {
            var created = IntStream.range(0, 4)
                    .mapToObj(caller -> callers.submit(() -> {
                        var ids = new ArrayList<String>();
                        while (going.get()) {
                            var answer = createUser();
                            if (answer.statusCode() == 201) {
                                ids.add(json(answer).path("id").asText());
                            } else {
                                assertUnavailable(answer);
                            }
                        }
                        return ids;
                    }))
                    .toList();
            happening.run();
            going.set(false);
            var ids = new ArrayList<String>();
            for (var each : created) {
                ids.addAll(each.get(30, TimeUnit.SECONDS));
            }
            return ids;
        } finally {
            callers.shutdownNow();
        }
    }

    private HttpResponse<String> publish(String type) throws IOException {
        return client.send("POST", "/api/events/" + type, "{}");
    }

    private int publishQuietly(String type) {
        try {
            return publish(type).statusCode();
        } catch (IOException lost) {
            return 0;
        }
    }

    private void awaitUserEvent(HttpResponse<String> user) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> client.events("type=user.created&subject="
                                        + json(user).path("id").asText())
                                .size()
                        == 1);
    }

    private long failures() throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(brokerAddress);
        try (var connection = factory.newConnection("failures")) {
            return connection.createChannel().messageCount("serai.failures");
        }
    }

    private static void assertUnavailable(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
        assertThat(response.headers().firstValue("Retry-After")).isPresent();
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
    }

    /** The shipped users and a route of the test. */
    private static Path routes() throws IOException {
        var routes = folder.resolve("routes");
        if (Files.notExists(routes)) {
            for (var part : List.of("users", "schemas")) {
                FileSystemUtils.copyRecursively(Path.of("routes", part), routes.resolve(part));
            }
        }
        return routes;
    }

    private static String through(TcpProxy proxy, URI address) {
        return address.toString().replace(":" + address.getPort() + "/", ":" + proxy.port() + "/");
    }

    private static void print(String what, long since) {
        System.out.printf("%s: %d ms%n", what, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since));
    }
}
