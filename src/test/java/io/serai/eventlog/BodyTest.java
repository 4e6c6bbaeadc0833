// SPDX-License-Identifier: Apache-2.0
package io.serai.eventlog;

import static io.serai.eventlog.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[1, 2]", "\"text\"", "0", " null ", "{\"a\":{\"b\":[true]}}", "\"\\ud800\""})
    void jsonStandsAsItIs(String body) throws Exception {
        assertThat(shown("application/json", bytes(body))).endsWith(",\"data\":" + body + "}");
        assertThat(shown("application/vnd.x+json; charset=utf-8", bytes(body))).endsWith(",\"data\":" + body + "}");
        assertThat(shown(null, bytes(body))).endsWith(",\"data\":" + body + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\":}",
                "nope",
                "1 2",
                "{} x",
                "\ufeff{}",
                "\"open",
                " ",
                "[1,]",
                "01",
                "\"line\nbreak\"",
                "}",
                "]{"
            })
    void whatIsCalledJsonAndIsNotIsShownAsBase64(String body) throws Exception {
        assertBase64("application/json", bytes(body));
    }

    @Test
    void jsonInAnotherEncodingIsShownAsBase64() throws Exception {
        assertBase64("application/json", "{\"a\":1}".getBytes(StandardCharsets.UTF_16LE));
        assertBase64("application/json", "\"\u00e9\"".getBytes(StandardCharsets.ISO_8859_1));
        assertBase64("application/json", new byte[] {'"', (byte) 0xED, (byte) 0xA0, (byte) 0x80, '"'});
    }

    @Test
    void jsonTooDeepForItsReadersIsShownAsBase64() throws Exception {
        assertBase64("application/json", bytes("[".repeat(2000) + "]".repeat(2000)));
    }

    @Test
    void textIsAString() throws Exception {
        assertThat(shown("text/plain", bytes("a\"b\n\0\u00e9"))).endsWith(",\"data\":\"a\\\"b\\n\\u0000\u00e9\"}");
        assertThat(shown("text/xml; charset=\"UTF-8\"", bytes("<a/>"))).endsWith(",\"data\":\"<a/>\"}");
    }

    @Test
    void textThatIsNotOfItsCharsetIsShownAsBase64() throws Exception {
        assertBase64("text/plain", new byte[] {(byte) 0xff});
        assertBase64("text/plain; charset=us-ascii", bytes("\u00e9"));
        assertBase64("text/plain; charset=none", bytes("abc"));
        // a reader would write it with the other mark
        assertBase64("text/plain; charset=utf-16", "\ufeffabc".getBytes(StandardCharsets.UTF_16LE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/xml",
                "application/soap+xml",
                "image/svg+xml",
                "application/yaml",
                "application/x-ndjson",
                "application/x-www-form-urlencoded",
                "application/EDIFACT",
                "text/plain; charset=iso-8859-1"
            })
    void textOfAnyTypeIsAString(String contentType) throws Exception {
        var charset = contentType.contains("8859") ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8;
        assertThat(shown(contentType, "<\u00e9>".getBytes(charset))).endsWith(",\"data\":\"<\u00e9>\"}");
    }

    @Test
    void otherMediaIsShownAsBase64() throws Exception {
        assertBase64("application/octet-stream", bytes("abc"));
        assertBase64("image/png", bytes("abc"));
        assertBase64("application/pdf", new byte[] {'%', 0, 1});
    }

    @Test
    void eventWithoutBodyShowsNone() throws Exception {
        assertThat(JSON.readTree(shown("application/json", new byte[0])).has("data"))
                .isFalse();
    }

    @Test
    void attributesOfTheLogStandBeforeAnEventsOwnOfThatName() throws Exception {
        var event = new StoredEvent(
                7,
                Instant.parse("2026-11-21T10:00:00.021Z"),
                "1",
                "/s",
                "user.created",
                "42",
                "2026-11-21T10:00:00Z",
                "application/json",
                null,
                new TreeMap<>(Map.of("position", "forged", "correlationid", "c", "count", -7, "flag", true)),
                bytes("{\"id\": \"42\"}"));

        assertThat(JSON.writeValueAsString(event))
                .isEqualTo("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"user.created\","
                        + "\"subject\":\"42\",\"time\":\"2026-11-21T10:00:00Z\",\"datacontenttype\":\"application/json\","
                        + "\"correlationid\":\"c\",\"count\":-7,\"flag\":true,\"position\":\"7\",\"storedtime\":\"2026-11-21T10:00:00.021Z\","
                        + "\"data\":{\"id\": \"42\"}}");
    }

    @Test
    void eventWithoutTimeShowsNone() throws Exception {
        var event = new StoredEvent(1, Instant.EPOCH, "1", "/s", "t", null, null, null, null, Map.of(), new byte[0]);

        assertThat(JSON.readTree(JSON.writeValueAsBytes(event)).has("time")).isFalse();
    }

    /** Bytes of a coding may happen to be text. */
    @ParameterizedTest
    @CsvSource({"gzip, false", "x-own, false", "utf-8, true", "identity, true"})
    void bodyInACodingIsBase64(String encoding, boolean isShown) throws Exception {
        var event = new StoredEvent(
                1,
                Instant.EPOCH,
                "1",
                "/s",
                "t",
                null,
                null,
                "text/plain; charset=iso-8859-1",
                null,
                Map.of("contentencoding", encoding),
                new byte[] {0x1f, (byte) 0x8b, 8});

        var json = JSON.readTree(JSON.writeValueAsBytes(event));

        assertThat(json.has("data")).isEqualTo(isShown);
        assertThat(json.has("data_base64")).isNotEqualTo(isShown);
        assertThat(json.get("contentencoding").textValue()).isEqualTo(encoding);
    }

    @Test
    void bodyLargerThanTheWritersBufferIsWhole() throws Exception {
        var body = "\"" + "x".repeat(100_000) + "\"";

        assertThat(shown("application/json", bytes(body))).endsWith(",\"data\":" + body + "}");
        assertThat(new String(JSON.writeValueAsBytes(event("application/json", bytes(body))), StandardCharsets.UTF_8))
                .endsWith(",\"data\":" + body + "}");
    }

    private static void assertBase64(String contentType, byte[] body) throws Exception {
        var json = JSON.readTree(shown(contentType, body));
        assertThat(json.has("data")).isFalse();
        assertThat(json.get("data_base64").textValue())
                .isEqualTo(Base64.getEncoder().encodeToString(body));
    }

    private static String shown(@Nullable String contentType, byte[] body) throws Exception {
        return new String(JSON.writeValueAsBytes(event(contentType, body)), StandardCharsets.UTF_8);
    }

    private static StoredEvent event(@Nullable String contentType, byte[] body) {
        return new StoredEvent(
                1, Instant.EPOCH, "1", "/s", "t", null, "2026-11-21T10:00:00Z", contentType, null, Map.of(), body);
    }
}
