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
}
