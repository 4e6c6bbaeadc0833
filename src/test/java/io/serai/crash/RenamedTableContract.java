// SPDX-License-Identifier: Apache-2.0
package io.serai.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.bus.SubscriptionStatus;
import io.serai.bus.Subscriptions;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventType;
import io.serai.testing.HubInside;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Inserts that fail at once, under load: their table, and the hub's own for events and failures, are renamed for 10 s and
 * then named back.
 *
 * <p>Nothing may be lost, tried in a hot loop or stop being read.
 */
@Tag("crash")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RenamedTableContract {

    private static final Duration AWAY = Duration.ofSeconds(10);
    private static final Duration RECOVERY = Duration.ofMinutes(2);
    private static final int PER_SECOND = 100;
    /** As configured below: what the hub sends back to one subscription. */
    private static final int RETRIES_PER_SECOND = 100;

    private static final String TYPE = "renamed.sent";
    private static final List<String> TABLES = List.of("renamed_plain", "renamed_once", "event_log", "failure");

    @TempDir
    static Path folder;

    private ConfigurableApplicationContext hub;
    private CamelContext camel;
    private JdbcTemplate jdbc;
    private final Map<Long, AtomicInteger> attemptsBySecond = new ConcurrentHashMap<>();

    /** Where broker and database are; nothing for embedded. */
    abstract Map<String, String> servers();

    abstract String proof();

    @BeforeAll
    void start() throws Exception {
        hub = HubInside.start(
                folder,
                servers(),
                "--serai.bus.immediate-retries=2",
                "--serai.failure.rate=" + RETRIES_PER_SECOND,
                "--serai.failure.policies.renamed.delays="
                        + "2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s,2s");
        camel = hub.getBean(CamelContext.class);
        jdbc = hub.getBean(JdbcTemplate.class);
        jdbc.execute("CREATE TABLE renamed_plain (id VARCHAR(64) NOT NULL)");
        jdbc.execute("CREATE TABLE renamed_once (id VARCHAR(64) NOT NULL)");
        subscribe("renamed-plain", "");
        subscribe("renamed-once", "&idempotent=true");
        await().atMost(Duration.ofSeconds(40)).until(this::isEverySubscriptionActive);
        await().atMost(Duration.ofSeconds(40)).until(hub.getBean(EventPublisher.class)::isUp);
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
    }

    @Test
    void nothingIsLostOrTriedInAHotLoopAndNobodyStopsReading() throws Exception {
        var sent = ConcurrentHashMap.<String>newKeySet();
        var stop = new CountDownLatch(1);
        var load = new Thread(() -> publish(sent, stop), "load");
        load.start();
        await().atMost(RECOVERY).until(() -> rows("renamed_plain") > PER_SECOND && rows("renamed_once") > PER_SECOND);

        TABLES.forEach(table -> jdbc.execute("ALTER TABLE %s RENAME TO %s_away".formatted(table, table)));
        var renamed = System.nanoTime();
        await().during(AWAY).atMost(RECOVERY).until(this::isEverySubscriptionActive);
        assertThat(camel.getRouteController().getRouteStatus("renamed-plain").isStarted())
                .isTrue();
        assertThat(camel.getRouteController().getRouteStatus("renamed-once").isStarted())
                .isTrue();
        TABLES.forEach(table -> jdbc.execute("ALTER TABLE %s_away RENAME TO %s".formatted(table, table)));
        var back = System.nanoTime();
        stop.countDown();
        load.join();

        await().atMost(RECOVERY).until(() -> distinct("renamed_plain") == sent.size());
        await().atMost(RECOVERY).until(() -> distinct("renamed_once") == sent.size());
        var recovered = System.nanoTime();
        await().atMost(RECOVERY).until(() -> logged() == sent.size());
        await().atMost(RECOVERY).until(() -> unresolved() == 0);
        var most = attemptsBySecond.values().stream()
                .mapToInt(AtomicInteger::get)
                .max()
                .orElse(0);
        var attempts =
                attemptsBySecond.values().stream().mapToInt(AtomicInteger::get).sum();
        new Figures(proof())
                .with("sent", sent.size())
                .with("effects", rows("renamed_plain"))
                .with("idempotent effects", rows("renamed_once"))
                .with("logged", logged())
                .with("parked", count("SELECT COUNT(*) FROM failure"))
                .with("attempts", attempts)
                .with("most attempts in a second", most)
                .with("away", List.of(back - renamed))
                .with("all effects after", List.of(recovered - back))
                .keep();
        assertThat(rows("renamed_plain")).isEqualTo(sent.size());
        assertThat(rows("renamed_once")).isEqualTo(sent.size());
        // two subscriptions, three tries a delivery; events and retries of a second may fall into the next
        assertThat(most).isLessThan(2 * 2 * 3 * (PER_SECOND + RETRIES_PER_SECOND));
    }

    private void subscribe(String name, String options) throws Exception {
        var insert = "INSERT INTO %s (id) VALUES (?)".formatted(name.replace('-', '_'));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("event:" + TYPE + "?subscription=" + name + "&retry=renamed" + options)
                        .routeId(name)
                        .process(exchange -> {
                            attemptsBySecond
                                    .computeIfAbsent(
                                            TimeUnit.NANOSECONDS.toSeconds(System.nanoTime()),
                                            second -> new AtomicInteger())
                                    .incrementAndGet();
                            jdbc.update(insert, exchange.getMessage().getBody(String.class));
                        });
            }
        });
    }

    /** At an even rate; notes what the broker has confirmed. */
    private void publish(Set<String> sent, CountDownLatch stop) {
        var publisher = hub.getBean(EventPublisher.class);
        try {
            while (!stop.await(1000 / PER_SECOND, TimeUnit.MILLISECONDS)) {
                var id = EventIds.next();
                publisher
                        .publish(new Event(
                                id,
                                "/crash",
                                new EventType(TYPE),
                                null,
                                Instant.now(),
                                "text/plain",
                                null,
                                Map.of(),
                                id.getBytes(StandardCharsets.UTF_8)))
                        .orTimeout(30, TimeUnit.SECONDS)
                        .join();
                sent.add(id);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isEverySubscriptionActive() {
        return hub.getBean(Subscriptions.class).list().stream()
                .filter(each -> each.name().startsWith("renamed-"))
                .allMatch(each -> each.state() == SubscriptionStatus.State.ACTIVE);
    }

    private long rows(String table) {
        return count("SELECT COUNT(*) FROM " + table);
    }

    private long distinct(String table) {
        return count("SELECT COUNT(DISTINCT id) FROM " + table);
    }

    private long logged() {
        return count("SELECT COUNT(*) FROM event_log WHERE type = '%s'".formatted(TYPE));
    }

    private long unresolved() {
        return count("SELECT COUNT(*) FROM failure WHERE status <> 'RESOLVED'");
    }

    private long count(String question) {
        return Objects.requireNonNull(jdbc.queryForObject(question, Long.class));
    }
}
