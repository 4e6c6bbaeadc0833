// SPDX-License-Identifier: Apache-2.0
package io.serai.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Unavailable;
import org.junit.jupiter.api.Test;

/** What a hub says of itself. */
class HeartbeatTest {

    private static final String EVENT = "event:system.heartbeat";

    @Test
    void heartbeatTellsHostProcessAndHowLongItIsUp() throws Exception {
        System.setProperty("PID", "42");
        try (var route = new RouteAlone("system/heartbeat.camel.yaml", "heartbeat", "event:*")) {
            route.run(null);

            var sent = route.sentTo(EVENT).get(0);
            var heartbeat = new ObjectMapper().readTree(sent.getMessage().getBody(String.class));
            assertThat(heartbeat.path("host").asText()).isNotBlank();
            assertThat(heartbeat.path("pid").asLong()).isEqualTo(42);
            assertThat(heartbeat.path("upSeconds").isIntegralNumber()).isTrue();
            assertThat(route.evaluate(route.event("system.heartbeat").getSubject(), sent))
                    .isEqualTo(heartbeat.path("host").asText());
        }
    }

    @Test
    void heartbeatIsLeftOutWhileTheBrokerIsAway() throws Exception {
        System.setProperty("PID", "42");
        try (var route = new RouteAlone("system/heartbeat.camel.yaml", "heartbeat", "event:*")) {
            route.refuse(EVENT, new Unavailable("publishing: the broker is away, try again"));

            var done = route.run(null);

            assertThat(route.sentTo(EVENT)).hasSize(1);
            assertThat(done.getException()).isNull();
        }
    }
}
