// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.serai.message.HubName;
import io.serai.message.SecretValues;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartnerAnswerTest {

    private static final Instant NOW = Instant.parse("1994-11-06T08:49:07Z");

    private static Exception failed(int status, Map<String, String> headers, @Nullable String body) {
        return new HttpOperationFailedException("http://partner.test/x", status, "no", null, headers, body);
    }

    private static PartnerAnswer answer(int status, Map<String, String> headers, @Nullable String body) {
        return Objects.requireNonNull(PartnerAnswer.of(new IllegalStateException(failed(status, headers, body)), NOW));
    }

    @Test
    void otherExceptionsAreNone() {
        assertThat(PartnerAnswer.of(new IllegalStateException("404"), NOW)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 428, 451})
    void refusalsAreFinal(int status) {
        assertThat(answer(status, Map.of(), null).isFinal()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {307, 408, 425, 429, 500, 502, 503, 504})
    void othersAreAboutTheMoment(int status) {
        assertThat(answer(status, Map.of(), null).isFinal()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "503 | 30 | PT30S",
                "429 | 0 | PT0S",
                "408 | 5 | PT5S",
                "425 | 5 | PT5S",
                "429 | Sun, 06 Nov 1994 08:49:37 GMT | PT30S",
                "429 | Sun, 06 Nov 1994 08:49:06 GMT | PT0S",
                "429 | 999999999 | PT168H",
                "429 | -1 | none",
                "429 | soon | none",
                "429 | 99999999999999999999 | none",
                "500 | 30 | none",
                "404 | 30 | none",
            })
    void retryAfterIsReadAsSecondsOrDate(int status, String header, @Nullable Duration expected) {
        assertThat(answer(status, Map.of("retry-after", header), null).retryAfter())
                .isEqualTo(expected);
    }

    @Test
    void aBinaryBodyIsItsSizeAndType() {
        assertThat(answer(500, Map.of("Content-Type", "image/png", "Content-Length", "2048"), "\uFFFDPNG\u0000")
                        .body())
                .isEqualTo("binary, 2048 bytes of image/png");
        assertThat(answer(500, Map.of(), "a\u0000").body()).isEqualTo("binary, 2 bytes as text");
        assertThat(answer(500, Map.of(), "<p>\r\n\tgrüße</p>").body()).isEqualTo("<p>\r\n\tgrüße</p>");
        assertThat(answer(500, Map.of(), "").body()).isNull();
    }

    @Test
    void itsFirstFourKilobytesAreFactsWithoutSecrets() {
        var secrets = new SecretValues();
        secrets.add("hunter2hunter2");
        var headers = new FailureHeaders(Clock.systemUTC(), secrets, HubName.of("a"));
        // the cut goes through the secret
        var body = "x".repeat(4090) + "hunter2hunter2" + "y".repeat(500_000);

        var facts = headers.facts("1", "s", Failure.of(failed(503, Map.of("Retry-After", "2"), body)), 16 * 1024);

        assertThat(facts)
                .containsEntry("serai-failure-partner-status", "503")
                .containsEntry("serai-failure-partner-retry-after", "2000")
                .containsEntry("serai-failure-partner-answer", "x".repeat(4090) + "xxxxxx")
                .hasEntrySatisfying("serai-failure-cut", cut -> assertThat(cut).contains("partner's answer cut"));
        assertThat(facts.values().stream().mapToInt(String::length).sum()).isLessThan(16 * 1024);
    }
}
