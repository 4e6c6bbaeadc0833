// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.bus.Subscription;
import io.serai.bus.SubscriptionStatus;
import io.serai.bus.Subscriptions;
import io.serai.message.EventPattern;
import io.serai.testing.HubInside;
import io.serai.testing.HubServices;
import io.serai.testing.RabbitNode;
import io.serai.testing.TcpProxy;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

/** A broker whose {@code max_message_size} is below {@code serai.bus.max-message-size}. */
@HubServices(HubServices.Kind.RABBITMQ)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MessageLimitIT {

    private static final int LIMIT = 1_000_000;
    private static final String LARGE = "\"" + "x".repeat(LIMIT) + "\"";

    @TempDir
    static Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private RabbitNode rabbit;
    private TcpProxy broker;
    private ConfigurableApplicationContext hub;
    private JdbcTemplate jdbc;

    @BeforeAll
    void start() {
        rabbit = RabbitNode.startPrivate("max_message_size = " + LIMIT);
        broker = TcpProxy.to(rabbit.host(), rabbit.port());
        hub = HubInside.start(
                folder,
                Map.of(
                        "spring.rabbitmq.addresses",
                        "amqp://%s:%s@127.0.0.1:%d".formatted(rabbit.user(), rabbit.password(), broker.port())),
                "--serai.bus.outbox.lease=2s",
                "--serai.ledger.round=1s",
                "--serai.ledger.warn-after=1s");
        jdbc = hub.getBean(JdbcTemplate.class);
        await().atMost(Duration.ofSeconds(40)).until(() -> publisher().isPrompt());
    }

    @AfterAll
    void stop() {
        if (hub != null) {
            hub.close();
        }
        broker.close();
        rabbit.close();
    }

    @Test
    void aBodyOverTheLimitIsRefusedAtOnceAndHoldsUpNothing() throws Exception {
        var received = subscribe("direct");
        reconnect();

        var answer = post("direct", "s", LARGE);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(answer.body()).contains("/problems/body-too-large", Integer.toString(LIMIT));
        assertThat(post("direct", "s", "1").statusCode()).isEqualTo(202);
        assertThat(post("direct", null, LARGE).statusCode()).isEqualTo(413);
        await().atMost(Duration.ofSeconds(20)).until(() -> received.size() == 1);
        await().untilAsserted(() -> assertThat(rows()).isZero());
    }

    @Test
    void aBodyOverTheLimitInTheOutboxIsSetAsideWithAWarningAndTheNextOfItsSubjectGoes() throws Exception {
        var received = subscribe("stored");
        broker.refuse();
        await().until(() -> !publisher().isUp());
        hub.getBean(EventPublisher.class);
        assertThat(post("stored", "s", LARGE).statusCode()).isEqualTo(202);
        assertThat(post("stored", "s", "1").statusCode()).isEqualTo(202);
        assertThat(post("stored", "t", "2").statusCode()).isEqualTo(202);

        broker.forward();

        await().atMost(Duration.ofSeconds(40)).until(() -> received.size() == 2);
        assertThat(rows()).isEqualTo(1);
        await().untilAsserted(() ->
                assertThat(hub.getBean(Backlog.class).mayHold("s")).isFalse());
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(get("/api/warnings"))
                        .contains("OUTBOX_ROW_REFUSED", "stored.large", Integer.toString(LIMIT)));

        // the body is still there for a broker that takes it, once a hub takes over
        jdbc.update("DELETE FROM outbox");
        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThat(get("/api/warnings")).doesNotContain("OUTBOX_ROW_REFUSED"));
    }

    /** A hub forgets the limit with its connection. */
    private void reconnect() {
        broker.cut();
        await().until(() -> !publisher().isUp());
        await().atMost(Duration.ofSeconds(40)).until(() -> publisher().isPrompt());
    }

    private ConcurrentLinkedQueue<String> subscribe(String name) {
        var received = new ConcurrentLinkedQueue<String>();
        var subscriptions = hub.getBean(Subscriptions.class);
        subscriptions.subscribe(Subscription.of(name, 50, new EventPattern(name + ".#")), delivery -> {
            received.add(delivery.event().id());
            delivery.done();
        });
        await().atMost(Duration.ofSeconds(20))
                .until(() -> subscriptions.list().stream()
                        .anyMatch(each -> each.name().equals(name) && each.state() == SubscriptionStatus.State.ACTIVE));
        return received;
    }

    private int rows() {
        return jdbc.queryForList("SELECT id FROM outbox").size();
    }

    private HttpResponse<String> post(String name, @Nullable String subject, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(uri("/api/events/" + name + (body.length() > 10 ? ".large" : ".small")
                                + (subject == null ? "" : "?subject=" + subject)))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + hub.getEnvironment().getProperty("local.server.port") + path);
    }

    private EventPublisher publisher() {
        return hub.getBean(EventPublisher.class);
    }
}
