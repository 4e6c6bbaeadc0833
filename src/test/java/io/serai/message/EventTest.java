// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {

    @ParameterizedTest
    @ValueSource(strings = {"42", "Müller 東 \uD83D\uDE00", "\u00A0", "\uFDF0"})
    void textOfAnyLanguageIsTaken(String subject) {
        assertThat(event(subject, Instant.EPOCH).subject()).isEqualTo(subject);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a\n",
                "\u0000",
                "\u007F",
                "\u009F",
                "\uD83D",
                "a\uDE00",
                "\uDE00\uD83D",
                "\uFFFE",
                "\uFDD0",
                "\uD83F\uDFFF"
            })
    void controlCharactersSurrogatesAndNoncharactersAreRefused(String subject) {
        assertThatThrownBy(() -> event(subject, Instant.EPOCH))
                .asInstanceOf(type(Invalid.class))
                .satisfies(invalid -> assertThat(invalid.fields())
                        .extracting(Invalid.Field::name)
                        .containsExactly("subject"));
    }

    @Test
    void timeHasAYearOfFourDigits() {
        var first = Instant.parse("0000-01-01T00:00:00Z");
        var last = Instant.parse("9999-12-31T23:59:59.999999999Z");
        assertThat(event("s", first).time()).isEqualTo(first);
        assertThat(event("s", last).time()).isEqualTo(last);
        assertThatThrownBy(() -> event("s", first.minusNanos(1))).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> event("s", last.plusNanos(1))).isInstanceOf(Invalid.class);
    }

    private static Event event(String subject, Instant time) {
        return new Event("1", "/test", new EventType("a.b"), subject, time, null, null, Map.of(), new byte[0]);
    }
}
