// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.bus.EventPublisher;
import io.serai.bus.Subscription;
import io.serai.bus.SubscriptionStatus;
import io.serai.bus.Subscriptions;
import io.serai.message.Event;
import io.serai.message.EventIds;
import io.serai.message.EventPattern;
import io.serai.message.EventType;
import io.serai.testing.HubInside;
import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import io.serai.testing.TcpProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The relay of a hub whose broker is slow, while another hub takes over. */
@HubServices(HubServices.Kind.RABBITMQ)
class RelayLeaseIT {

    private static final int MOST_IN_FLIGHT = 1;

    @Test
    void aRelayThatWaitsForItsBrokerSendsNothingOnceItsLeaseIsOver(@TempDir Path folder) {
        var address = SharedNodes.rabbit().newVhost();
        try (var broker = TcpProxy.to(address.getHost(), address.getPort());
                var hub = HubInside.start(
                        folder,
                        Map.of(
                                "spring.rabbitmq.addresses",
                                address.toString().replace(":" + address.getPort() + "/", ":" + broker.port() + "/")),
                        "--serai.bus.publisher.max-in-flight=" + MOST_IN_FLIGHT,
                        "--serai.bus.publisher.confirm-timeout=30s",
                        "--serai.bus.outbox.lease=2s")) {
            var jdbc = hub.getBean(JdbcTemplate.class);
            var publisher = hub.getBean(EventPublisher.class);
            var received = subscribe(hub.getBean(Subscriptions.class));
            await().atMost(Duration.ofSeconds(40)).until(publisher::isUp);
            hub.getBean(Outbox.class).append(event("relay.first"));
            await().atMost(Duration.ofSeconds(20)).until(() -> received.contains("relay.first"));
            broker.blackHole();
            var slow = publisher.publish(event("relay.slow"));
            hub.getBean(Outbox.class).append(event("relay.late"));
            // the relay has looked, and waits for its place in flight
            await().during(Duration.ofSeconds(1)).until(() -> !slow.isDone());
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> jdbc.update(
                                    "UPDATE lease SET holder = 'another hub', expires_at = CURRENT_TIMESTAMP + INTERVAL '1' HOUR"
                                            + " WHERE name = 'outbox-relay' AND expires_at < CURRENT_TIMESTAMP")
                            == 1);

            broker.forward();

            await().atMost(Duration.ofSeconds(20)).until(() -> received.contains("relay.slow"));
            await().during(Duration.ofSeconds(2))
                    .atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(received).doesNotContain("relay.late"));
            jdbc.update(
                    "UPDATE lease SET expires_at = CURRENT_TIMESTAMP - INTERVAL '1' SECOND WHERE name = 'outbox-relay'");
            await().atMost(Duration.ofSeconds(20)).until(() -> received.contains("relay.late"));
        }
    }

    private static ConcurrentLinkedQueue<String> subscribe(Subscriptions subscriptions) {
        var received = new ConcurrentLinkedQueue<String>();
        subscriptions.subscribe(Subscription.of("relay", 50, new EventPattern("relay.#")), delivery -> {
            received.add(delivery.event().type().name());
            delivery.done();
        });
        await().atMost(Duration.ofSeconds(40))
                .until(() -> subscriptions.list().stream()
                        .anyMatch(each ->
                                each.name().equals("relay") && each.state() == SubscriptionStatus.State.ACTIVE));
        return received;
    }

    private static Event event(String type) {
        return new Event(
                EventIds.next(),
                "/test",
                new EventType(type),
                "one",
                Instant.now(),
                "application/json",
                null,
                Map.of(),
                new byte[] {'1'});
    }
}
