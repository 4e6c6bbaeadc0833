// SPDX-License-Identifier: Apache-2.0
package io.serai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class UtcTimesTest {

    private static final Instant TIME = Instant.parse("2026-11-21T10:00:00.123456Z");

    @Test
    void timesOfEitherDatabaseAreWrittenAlike() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
                .withBean(UtcTimes.class)
                .run(context -> {
                    var json = context.getBean(ObjectMapper.class);
                    var postgres = Map.of("t", Timestamp.from(TIME));
                    var h2 = Map.of("t", TIME.atOffset(ZoneOffset.ofHours(5)));
                    assertThat(json.writeValueAsString(postgres)).isEqualTo("{\"t\":\"2026-11-21T10:00:00.123456Z\"}");
                    assertThat(json.writeValueAsString(h2)).isEqualTo(json.writeValueAsString(postgres));
                });
    }
}
