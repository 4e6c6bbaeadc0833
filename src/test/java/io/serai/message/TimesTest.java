// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-21T10:00:00Z",
                "2026-11-21t10:00:00z",
                "2026-11-21T12:00:00+02:00",
                "2026-11-21T10:00:00-00:00",
                "2026-11-22T09:59:00+23:59",
                "2026-11-20T10:01:00-23:59",
                "2026-11-21T10:00:00.0000000000009Z"
            })
    void aTimeIsReadWithItsOffset(String text) {
        var wrong = new ArrayList<Invalid.Field>();

        assertThat(Times.read("since", text, wrong::add)).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "1990-12-31T23:59:60Z, 1991-01-01T00:00:00Z",
        "1990-12-31T15:59:60-08:00, 1991-01-01T00:00:00Z",
        "2016-12-31T23:59:60.5Z, 2017-01-01T00:00:00.5Z",
        "1985-04-12T23:20:50.52Z, 1985-04-12T23:20:50.52Z",
        "1937-01-01T12:00:27.87+00:20, 1937-01-01T11:40:27.87Z",
        "2026-11-21T10:00:00.123456789987Z, 2026-11-21T10:00:00.123456789Z"
    })
    void theExamplesOfTheRfcAreRead(String text, String instant) {
        assertThat(Times.parse(text)).isEqualTo(Instant.parse(instant));
    }

    @Test
    void noneIsNone() {
        var wrong = new ArrayList<Invalid.Field>();

        assertThat(Times.read("since", null, wrong::add)).isNull();
        assertThat(wrong).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "yesterday",
                "2026-11-21",
                "2026-11-21T10:00:00",
                "2026-11-21T12:00:00 02:00",
                "2026-02-30T10:00:00Z",
                "2026-11-21T10:00Z",
                "2026-11-21 10:00:00Z",
                "2026-11-21T10:00:00+02",
                "2026-11-21T10:00:00+0200",
                "2026-11-21T10:00:00+02:00:30",
                "2026-11-21T10:00:00+24:00",
                "2026-11-21T10:00:00.Z",
                "2026-11-21T10:00:00,5Z",
                "2026-11-21T24:00:00Z",
                "2026-11-21T10:00:61Z",
                "2026-11-21T10:00:60Z",
                "2026-11-21T23:59:60Z",
                "２０２６-11-21T10:00:00Z",
                "+10000-01-01T00:00:00Z",
                "-0001-01-01T00:00:00Z"
            })
    void anythingElseIsToldByName(String text) {
        var wrong = new ArrayList<Invalid.Field>();

        assertThat(Times.read("since", text, wrong::add)).isNull();
        assertThat(wrong).singleElement().satisfies(field -> {
            assertThat(field.name()).isEqualTo("since");
            assertThat(field.detail()).contains("RFC 3339").contains("%2B");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"})
    void aTimeThatInUtcIsOfNoYearOfFourDigitsIsToldByName(String text) {
        var wrong = new ArrayList<Invalid.Field>();

        assertThat(Times.read("since", text, wrong::add)).isNull();
        assertThat(wrong).containsExactly(new Invalid.Field("since", "expected a year from 0000 to 9999 (RFC 3339)"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"})
    void theFirstAndTheLastYearAreRead(String text) {
        assertThat(Times.read("since", text, wrong -> {})).isEqualTo(Instant.parse(text));
    }
}
