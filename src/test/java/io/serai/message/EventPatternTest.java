// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventPatternTest {

    @ParameterizedTest
    @CsvSource({
        "order.placed, order.placed, true",
        "order.placed, order.shipped, false",
        "order.*, order.placed, true",
        "order.*, order, false",
        "order.*, order.line.added, false",
        "order.#, order, true",
        "order.#, order.line.added, true",
        "#, a.b.c, true",
        "#.added, order.line.added, true",
        "#.added, added, true",
        "*.line.#, order.line, true",
        "a.#.z, a.z, true",
        "a.#.z, a.b.c.z, true",
        "a.#.z, a.b.c, false"
    })
    void matchesAsATopicExchangeDoes(String pattern, String type, boolean matches) {
        assertThat(new EventPattern(pattern).matches(new EventType(type))).isEqualTo(matches);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "a..b", "or*er", "a b", "a.#.#.#.#", "ä"})
    void whatIsNoPatternIsRefused(String text) {
        assertThatThrownBy(() -> new EventPattern(text)).isInstanceOf(Invalid.class);
    }
}
