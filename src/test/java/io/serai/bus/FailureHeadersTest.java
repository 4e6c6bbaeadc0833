// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.message.HubName;
import io.serai.message.SecretValues;
import java.time.Clock;
import org.junit.jupiter.api.Test;

/** Facts of a failure as headers. */
class FailureHeadersTest {

    @Test
    void theVersionOfTheRouteIsAFactWhereThereIsOne() {
        var headers = new FailureHeaders(Clock.systemUTC(), new SecretValues(), HubName.of("a"));
        var cause = new IllegalStateException("no");

        assertThat(headers.facts(
                        "1", "s", new Failure(cause, "greet", "9f86", "log1", "greet:3", 1, false, true), 30_000))
                .containsEntry("serai-failure-route", "greet")
                .containsEntry("serai-failure-version", "9f86");
        assertThat(headers.facts("1", "s", Failure.of(cause), 30_000)).doesNotContainKey("serai-failure-version");
    }
}
