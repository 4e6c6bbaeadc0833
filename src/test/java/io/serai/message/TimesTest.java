// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimesTest {

    @ParameterizedTest
    @ValueSource(strings = {"2026-11-21T10:00:00Z", "2026-11-21T12:00:00+02:00", "2026-11-21T10:00Z"})
    void aTimeIsReadWithItsOffset(String text) {
        var wrong = new ArrayList<Invalid.Field>();

        assertThat(Times.read("since", text, wrong::add)).isEqualTo(Instant.parse("2026-11-21T10:00:00Z"));
        assertThat(wrong).isEmpty();
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
                "2026-02-30T10:00:00Z"
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
    @ValueSource(
            strings = {
                "+999999999-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "+10000-01-01T00:00:00Z",
                "0000-01-01T00:00:00+00:01",
                "9999-12-31T23:59:59-00:01"
            })
    void aYearThatHasMoreThanFourDigitsIsToldByName(String text) {
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
