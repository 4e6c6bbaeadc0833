// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x00, '\n', '\r', '\t', 0x1b, 0x7f, 0x85, 0x9b, 0x200b, 0x200e, 0x2028, 0x2029, 0x202e, 0x2066, 0xfeff,
                0xd800, 0xdfff, 0xe0041
            })
    void whatBreaksOrForgesALineIsAQuestionMark(int unprintable) {
        assertThat(Printable.of("a" + Character.toString(unprintable) + "b")).isEqualTo("a?b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "no stock", "Müller 東 \"quoted\" 'x'", "שלום", "\uD83D\uDE00"})
    void textOfAnyScriptStaysAsItIs(String text) {
        assertThat(Printable.of(text)).isEqualTo(text);
        assertThat(Printable.of(text, 100)).isEqualTo(text);
    }

    @Test
    void noneIsTheEmptyText() {
        assertThat(Printable.of(null)).isEmpty();
        assertThat(Printable.of(null, 1)).isEmpty();
    }

    @Test
    void longTextIsCutAndNoPairIsTornApart() {
        assertThat(Printable.of("abcd", 4)).isEqualTo("abcd");
        assertThat(Printable.of("abcde", 4)).isEqualTo("abcd…");
        assertThat(Printable.of("abc\uD83D\uDE00", 4)).isEqualTo("abc…");
        assertThat(Printable.of("ab\n\ne", 4)).isEqualTo("ab??…");
    }
}
