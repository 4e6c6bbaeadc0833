// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.message.Invalid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.mock.web.MockHttpServletRequest;

class BinaryEventsTest {

    private final BinaryEvents events = new BinaryEvents();

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            plain              | plain
            Euro%20%E2%82%AC   | Euro €
            %f0%9f%98%80       | 😀
            100%25             | 100%
            a b                | a b
            "quoted \\" \\\\"  | quoted " \\
            a+b                | a+b
            """)
    void headersAreDecoded(String header, String value) {
        assertThat(BinaryEvents.decode(header)).isEqualTo(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"100%", "%2", "%zz", "%-1", "%C3", "%ED%A0%80", "%C0%80", "é", "a\tb", "%FF"})
    void malformedHeadersAreRefused(String header) {
        assertThat(BinaryEvents.decode(header)).isNull();
    }

    @Test
    void attributesComeFromHeaders() {
        var event = events.read(request(), "text/plain", new byte[] {1});
        assertThat(event.id()).isEqualTo("1");
        assertThat(event.dataContentType()).isEqualTo("text/plain");
        assertThat(event.extensions()).containsOnly(java.util.Map.entry("traceparent", "x"));
        assertThat(event.time()).isNull();
    }

    @Test
    void headersGivenTwiceAreRefused() {
        var request = request();
        request.addHeader("ce-id", "2");
        request.addHeader("ce-datacontenttype", "a/b");
        assertThatThrownBy(() -> events.read(request, null, new byte[0]))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields())
                                .extracting(Invalid.Field::name)
                                .contains("id", "datacontenttype"));
    }

    /** Many publishers do not encode the percent signs of a URI once more. */
    @ParameterizedTest
    @CsvSource({
        "/a%2520b, /a%20b",
        "/a%20b, /a%20b",
        "/m%C3%BCller, /m%C3%BCller",
        "https://example.com/a?b=c%2Fd, https://example.com/a?b=c/d"
    })
    void sourceIsAUriReferenceEncodedOnceOrTwice(String header, String source) {
        var request = request();
        request.removeHeader("ce-source");
        request.addHeader("ce-source", header);
        request.addHeader("ce-dataschema", header);

        var event = events.read(request, null, new byte[0]);

        assertThat(event.source()).isEqualTo(source);
        assertThat(event.dataSchema()).isEqualTo(source);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"/a b\"", "%", "/a%zz", "http://[", "/%EF%BF%BE b"})
    void sourceThatIsNoUriReferenceIsRefused(String header) {
        var request = request();
        request.removeHeader("ce-source");
        request.addHeader("ce-source", header);

        assertThatThrownBy(() -> events.read(request, null, new byte[0]))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields())
                                .extracting(Invalid.Field::name)
                                .containsOnly("source"));
    }

    private static MockHttpServletRequest request() {
        var request = new MockHttpServletRequest("POST", "/api/events");
        request.addHeader("ce-specversion", "1.0");
        request.addHeader("CE-Id", "1");
        request.addHeader("ce-source", "/s");
        request.addHeader("ce-type", "t.x");
        request.addHeader("ce-traceparent", "x");
        return request;
    }
}
