// SPDX-License-Identifier: Apache-2.0
package io.serai.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextBytesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            value = {
                "text/plain|utf-8",
                "text/plain; charset=iso-8859-1|iso-8859-1",
                "text/plain;charset=\"ISO-8859-1\"|iso-8859-1",
                "text/plain; format=flowed; CHARSET=windows-1252 ;|windows-1252",
                "text/plain; x=\"; charset=utf-16\"; charset=latin1|iso-8859-1",
                "text/plain; x=\"a\\\"; charset=utf-16\"|utf-8",
                "text/plain; xcharset=utf-16|utf-8",
                "text/plain; charset=utf-16|utf-16",
                "text/plain; charset=utf-16le|utf-16le",
                "text/plain; charset=utf8|utf-8",
                "text/csv; charset=ibm850|ibm850",
                "application/json; charset=utf-8;|utf-8"
            })
    void textIsOfTheCharsetThatItsContentTypeNames(String contentType, String charset) {
        var bytes = "grüße".getBytes(Charset.forName(charset));

        assertThat(TextBytes.encode("grüße", contentType)).isEqualTo(bytes);
        assertThat(TextBytes.decode(bytes, contentType)).isEqualTo("grüße");
    }

    @Test
    void xmlIsOfTheEncodingThatItDeclaresWhereItsContentTypeNamesNone() {
        var xml = "<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>ü</a>";

        assertThat(TextBytes.encode(xml, "application/xml")).isEqualTo(xml.getBytes(Charset.forName("latin1")));
        assertThat(TextBytes.encode(xml, "text/xml;charset=utf-8")).isEqualTo(xml.getBytes(Charset.forName("utf-8")));
        assertThat(TextBytes.encode(xml, "text/plain")).isEqualTo(xml.getBytes(Charset.forName("utf-8")));
        assertThat(TextBytes.decode(xml.getBytes(Charset.forName("latin1")), "image/svg+xml"))
                .isEqualTo(xml);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain;charset=us-ascii", "text/plain;charset=iso-8859-1", "text/plain;charset=none"})
    void textThatTheCharsetHasNotIsRefused(String contentType) {
        assertThatThrownBy(() -> TextBytes.encode("東", contentType))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("charset");
    }

    @Test
    void halfASurrogatePairIsRefused() {
        assertThatThrownBy(() -> TextBytes.encode("\uD800", null)).isInstanceOf(Invalid.class);
    }

    @Test
    void bytesThatAreNotOfTheCharsetAreNoText() {
        assertThat(TextBytes.decode(new byte[] {(byte) 0xFC}, "text/plain")).isNull();
        assertThat(TextBytes.decode(new byte[] {1}, "text/plain;charset=none")).isNull();
    }
}
