// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class Utf8Test {

    @Test
    void wellFormedTextIsReadAndAnythingElseRefused() throws CharacterCodingException {
        assertThat(Utf8.decode("Müller 東 \uD83D\uDE00".getBytes(StandardCharsets.UTF_8)))
                .isEqualTo("Müller 東 \uD83D\uDE00");
        assertThatThrownBy(() -> Utf8.decode("Müller".getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(CharacterCodingException.class);
        assertThatThrownBy(() -> Utf8.decode("{}".getBytes(StandardCharsets.UTF_16)))
                .isInstanceOf(CharacterCodingException.class);
        // a surrogate written as three bytes
        assertThatThrownBy(() -> Utf8.decode(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}))
                .isInstanceOf(CharacterCodingException.class);
    }
}
