// SPDX-License-Identifier: Apache-2.0
package io.serai.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.security.crypto.bcrypt.BCrypt;

@Tag("long")
@HubServices
class ServersReadmeJourney extends ReadmeContract {

    private static final Pattern EXPORTED = Pattern.compile("(SERAI_[A-Z_]+)=\\S+");
    private static final String PASSWORD = "open sesame";

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Test
    void theProductionBlockNamesAllThatAHubNeeds() throws IOException {
        var block = readme().blocks().stream()
                .filter(each -> each.firstLine().equals(PRODUCTION))
                .findFirst()
                .orElseThrow();
        assertThat(block.text().lines().reduce("", (before, line) -> line)).isEqualTo("target/serai/bin/serai");
        var values = values();
        assertThat(EXPORTED.matcher(block.text()).results().map(exported -> exported.group(1)))
                .containsExactlyInAnyOrderElementsOf(values.keySet());
        try (var hub = shipped().env("SPRING_PROFILES_ACTIVE", "production").with("server.address", "127.0.0.1")) {
            values.forEach(hub::env);
            hub.start().awaitReady();

            var client = new HubClient(hub);
            assertThat(client.get("/api/users").statusCode()).isEqualTo(401);
            var login = Base64.getEncoder().encodeToString(("admin:" + PASSWORD).getBytes(StandardCharsets.UTF_8));
            assertThat(client.send("GET", "/api/users", "", "Authorization", "Basic " + login)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    private static Map<String, String> values() {
        var broker = SharedNodes.rabbit().newVhost();
        var login = broker.getUserInfo().split(":", 2);
        var database = SharedNodes.postgres().newDatabase();
        return Map.of(
                "SERAI_METRICS_PASSWORD_BCRYPT", BCrypt.hashpw(PASSWORD, BCrypt.gensalt(4)),
                "SERAI_RABBITMQ_ADDRESSES", broker.toString(),
                "SERAI_RABBITMQ_USERNAME", login[0],
                "SERAI_RABBITMQ_PASSWORD", login[1],
                "SERAI_DATABASE_URL", database.jdbcUrl(),
                "SERAI_DATABASE_USERNAME", database.user(),
                "SERAI_DATABASE_PASSWORD", database.password(),
                "SERAI_ADMIN_NAME", "admin",
                "SERAI_ADMIN_PASSWORD_BCRYPT", BCrypt.hashpw(PASSWORD, BCrypt.gensalt(4)));
    }
}
