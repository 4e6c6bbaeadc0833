// SPDX-License-Identifier: Apache-2.0
package io.serai.shipped;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Event;
import io.serai.message.Invalid;
import io.serai.message.Unavailable;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GreetUserIT {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String ADA =
            "{\"id\":\"7\",\"name\":\"Ada \\u00c5\",\"email\":\"ada@example.com\",\"version\":1}";

    private static RouteFile route;

    @BeforeAll
    static void start() {
        route = RouteFile.start("users/greet-user.camel.yaml");
    }

    @AfterAll
    static void stop() {
        if (route != null) {
            route.close();
        }
    }

    @BeforeEach
    void nothing() {
        route.events().reset();
    }

    @Test
    void aNewUserGetsAMailThatFollowsFromIt() throws Exception {
        var created = Events.of("user.created", ADA, "e1");

        route.events().deliver(created);

        var mail = only();
        assertThat(mail.type().name()).isEqualTo("mail.requested");
        assertThat(mail.id()).isEqualTo("welcome-e1");
        assertThat(mail.subject()).isEqualTo(created.subject());
        assertThat(mail.source()).isEqualTo("/serai/greet-user");
        assertThat(mail.dataContentType()).isEqualTo("application/json");
        assertThat(mail.extensions())
                .isEqualTo(Map.of(Event.CAUSATION_ID, "e1", Event.CORRELATION_ID, Events.CORRELATION));
        var data = JSON.readTree(mail.data());
        assertThat(data.path("template").asText()).isEqualTo("welcome");
        assertThat(data.path("email").asText()).isEqualTo("ada@example.com");
        assertThat(data.path("name").asText()).isEqualTo("Ada \u00c5");
    }

    @Test
    void twiceIsTheSameMail() throws Exception {
        route.events().deliver(Events.of("user.created", ADA, "e1"));
        route.events().deliver(Events.of("user.created", ADA, "e1"));
        route.events().deliver(Events.of("user.created", ADA, "e2"));
        assertThat(route.events().published())
                .extracting(Event::id)
                .containsExactly("welcome-e1", "welcome-e1", "welcome-e2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user.updated", "user.deleted"})
    void othersGetNone(String type) throws Exception {
        route.events().deliver(Events.of(type, ADA, "e1"));
        assertThat(route.events().published()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "null", "7", "[]", "\"Ada\"", "{", "{} {}", "{\"id\":1,\"id\":2}"})
    void whatIsNoUserFailsAndAsksForNoMail(String body) {
        assertThatThrownBy(() -> route.events().deliver(Events.of("user.created", body, "e1")))
                .isInstanceOf(Exception.class);
        assertThat(route.events().published()).isEmpty();
    }

    @Test
    void anIdTooLongToFollowFromFails() {
        assertThatThrownBy(() -> route.events().deliver(Events.of("user.created", ADA, "e".repeat(255))))
                .isInstanceOf(Invalid.class);
    }

    @Test
    void aMailThatIsNotTakenFailsTheRoute() {
        route.events().refuse();
        assertThatThrownBy(() -> route.events().deliver(Events.of("user.created", ADA, "e1")))
                .isInstanceOf(Unavailable.class);
    }

    private static Event only() {
        assertThat(route.events().published()).hasSize(1);
        return route.events().published().get(0);
    }
}
