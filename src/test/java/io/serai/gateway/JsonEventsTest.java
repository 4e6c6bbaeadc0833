// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.serai.bus.format.MalformedJson;
import io.serai.http.Refused;
import io.serai.message.Invalid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonEventsTest {

    private static final int DEPTH = 50;
    private static final int MEMBERS = 1000;
    private static final String HEAD = "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"t.x\"";

    private final JsonEvents events = new JsonEvents(3, DEPTH, MEMBERS);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"data\":[%s]",
                "\"data\":{\"x\":[%s]}",
                "\"datacontenttype\":\"text/plain\",\"data\":\"[%s]\"",
                "\"data_base64\":\"BASE64\""
            })
    void dataOfMoreMembersThanMayBeIsRefusedBeforeItIsRead(String member) throws IOException {
        for (var count : new int[] {MEMBERS - 10, MEMBERS + 1}) {
            var numbers = String.join(",", Collections.nCopies(count, "1"));
            var base64 = Base64.getEncoder().encodeToString(utf8("[" + numbers + "]"));
            var event = HEAD + "," + member.replace("%s", numbers).replace("BASE64", base64) + "}";
            if (count < MEMBERS) {
                assertThat(events.one(utf8(event)).data()).isNotEmpty();
                assertThat(events.batch(utf8("[" + event + "," + event + "]"))).hasSize(2);
            } else {
                assertThatThrownBy(() -> events.one(utf8(event)))
                        .isInstanceOf(Refused.class)
                        .hasMessageContaining("more than 1000 members");
                assertThatThrownBy(() -> events.batch(utf8("[" + event + "]")))
                        .isInstanceOf(Refused.class)
                        .hasMessageContaining("serai.gateway.max-members");
            }
        }
    }

    @Test
    void moreAttributesThanMayBeAreRefused() {
        var attributes = IntStream.rangeClosed(0, MEMBERS)
                .mapToObj(i -> ",\"x" + i + "\":\"\"")
                .collect(Collectors.joining());
        assertThatThrownBy(() -> events.one(utf8(HEAD + attributes + "}")))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("serai.gateway.max-members");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "-12.50e+007",
                "1e400",
                "123456789012345678901234567890123456789012345678901234567890",
                "\"\"",
                "\"text\"",
                "\"\\u0000 \\ud800 \\udfff\\ud800\"",
                "\"\u00e4\u20ac\ud83d\ude00\"",
                "\"\\\" } ] , \"",
                "{\"b\":1,\"a\":2,\"b\":3}",
                "{\"\\u0000\\ud800\":1}",
                "{ \"a\" :\n\t[ 1 , 2,{} ,\"]\" ] }",
                "[[[[[[{\"x\":[1e1]}]]]]]]"
            })
    void dataIsCutOutByteForByte(String value) throws IOException {
        for (var space : new String[] {"", " ", "\n \t"}) {
            var first = utf8("{\"data\":" + space + value + space + "," + HEAD.substring(1) + "}");
            var last = utf8(HEAD + ",\"data\" :" + space + value + space + "}");
            assertThat(events.one(first).data()).isEqualTo(utf8(value));
            assertThat(events.one(last).data()).isEqualTo(utf8(value));
            assertThat(events.batch(utf8("[" + HEAD + ",\"data\":" + value + "}" + space + "," + HEAD + "}]"))
                            .get(0)
                            .data())
                    .isEqualTo(utf8(value));
        }
    }

    @Test
    void hugeNumbersAndLongStringsPass() throws IOException {
        for (var value :
                new String[] {"9".repeat(300_000), "-0." + "1".repeat(100_000), "\"" + "é".repeat(200_000) + "\""}) {
            assertThat(events.one(utf8(HEAD + ",\"data\":" + value + "}")).data())
                    .isEqualTo(utf8(value));
        }
    }

    @Test
    void attributesAreRead() throws IOException {
        var event = events.one(utf8(HEAD
                + ",\"subject\":\"42\",\"time\":\"2020-01-02T03:04:05.6+01:00\",\"dataschema\":\"http://x/y\","
                + "\"flag\":true,\"count\":-7,\"none\":null,\"correlationid\":\"c\",\"datacontenttype\":null}"));
        assertThat(event.subject()).isEqualTo("42");
        assertThat(event.time()).isEqualTo("2020-01-02T02:04:05.6Z");
        assertThat(event.dataSchema()).isEqualTo("http://x/y");
        assertThat(event.extensions())
                .containsOnly(
                        java.util.Map.entry("flag", true),
                        java.util.Map.entry("count", -7),
                        java.util.Map.entry("correlationid", "c"));
        assertThat(event.data()).isEmpty();
        assertThat(event.dataContentType()).isNull();
    }

    @Test
    void eventWithoutTimeHasNoneAndItsContentTypeIsWhatTheFormatImplies() throws IOException {
        var event = events.one(utf8(HEAD + ",\"data\":1}"));
        assertThat(event.time()).isNull();
        assertThat(event.dataContentType()).isEqualTo("application/json");
    }

    @Test
    void dataOfAnotherMediaTypeIsTheTextOfTheString() throws IOException {
        var event = events.one(utf8(HEAD + ",\"data\":\"<a>\\u00e4\\n</a>\",\"datacontenttype\":\"text/xml\"}"));
        assertThat(event.data()).isEqualTo(utf8("<a>ä\n</a>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iso-8859-1", "windows-1252", "utf-16", "UTF-16LE", "ibm850", "\\\"latin1\\\"", "utf8"})
    void dataIsTheTextInTheCharsetOfItsMediaType(String charset) throws IOException {
        var event = events.one(
                utf8(HEAD + ",\"data\":\"grüße\",\"datacontenttype\":\"text/plain; charset=" + charset + "\"}"));
        assertThat(event.data()).isEqualTo("grüße".getBytes(charset.replaceAll("[\\\\\"]", "")));
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain;charset=us-ascii, data",
        "text/plain;charset=none, data",
        "application/json;charset=iso-8859-1, datacontenttype",
        "application/json;charset=none, datacontenttype"
    })
    void dataThatIsNotOfItsCharsetIsRefused(String contentType, String name) {
        assertThatThrownBy(() ->
                        events.one(utf8(HEAD + ",\"data\":\"grüße\",\"datacontenttype\":\"" + contentType + "\"}")))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields())
                                .extracting(Invalid.Field::name)
                                .containsExactly(name));
    }

    @Test
    void base64IsDecoded() throws IOException {
        var event = events.one(utf8(HEAD + ",\"data_base64\":\"AAH/\",\"datacontenttype\":\"image/png\"}"));
        assertThat(event.data()).containsExactly(0, 1, -1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {}                                                                                   | specversion,type,id,source
            {"specversion":"0.3","id":"1","source":"/s","type":"t"}                              | specversion
            {"specversion":"1.0","id":"","source":"/s","type":"t"}                               | id
            {"specversion":"1.0","id":1,"source":"/s","type":"t"}                                | id,id
            {"specversion":"1.0","id":"1","id":"1","source":"/s","type":"t"}                     | id
            {"specversion":"1.0","id":"1","source":"a b","type":"t"}                             | source
            {"specversion":"1.0","id":"1","source":"/s","type":"order/placed"}                   | type
            {"specversion":"1.0","id":"1","source":"/s","type":"t","subject":""}                 | subject
            {"specversion":"1.0","id":"1","source":"/s","type":"t","subject":"\\ud800"}          | subject
            {"specversion":"1.0","id":"1","source":"/s","type":"t","time":"yesterday"}           | time
            {"specversion":"1.0","id":"1","source":"/s","type":"t","x":1.5}                      | x
            {"specversion":"1.0","id":"1","source":"/s","type":"t","x":99999999999}              | x
            {"specversion":"1.0","id":"1","source":"/s","type":"t","x":{"a":[1]}}                | x
            {"specversion":"1.0","id":"1","source":"/s","type":"t","X_y":"1"}                    | extensions
            {"specversion":"1.0","id":"1","source":"/s","type":"t","data":1,"data":1}            | data
            {"specversion":"1.0","id":"1","source":"/s","type":"t","data":1,"data_base64":""}    | data_base64
            {"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"AAA"}          | data_base64
            {"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":"A*A="}         | data_base64
            {"specversion":"1.0","id":"1","source":"/s","type":"t","data_base64":{"a":1}}        | data_base64
            {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"x","data":"a"} | datacontenttype
            {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/plain","data":1} | data
            {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"text/plain","data":"\\ud800"} | data
            {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"a/json","data_base64":"e30="} |
            {"specversion":"1.0","id":"1","source":"/s","type":"t","datacontenttype":"a/json","data_base64":"ew=="} | data_base64
            """)
    void whatIsWrongIsNamed(String json, String names) throws IOException {
        if (names == null) {
            assertThat(events.one(utf8(json))).isNotNull();
            return;
        }
        assertThatThrownBy(() -> events.one(utf8(json)))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields().stream().map(Invalid.Field::name))
                                .containsExactly(names.split(",")));
    }

    @Test
    void itemsOfBatchAreNamedByIndex() {
        var batch = utf8("[" + HEAD + "},7," + HEAD + ",\"subject\":\"\",\"n\":[[]]}]");
        assertThatThrownBy(() -> events.batch(batch))
                .isInstanceOfSatisfying(
                        Invalid.class,
                        invalid -> assertThat(invalid.fields().stream().map(Invalid.Field::name))
                                .containsExactly("/1/", "/2/n"));
    }

    @Test
    void emptyBatchIsOne() throws IOException {
        assertThat(events.batch(utf8("[]"))).isEmpty();
    }

    @Test
    void batchOverTheLimitIsRefused() {
        var item = HEAD + "}";
        assertThatThrownBy(() -> events.batch(utf8("[" + String.join(",", item, item, item, item) + "]")))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused -> assertThat(refused.problem().status()).isEqualTo(413));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "nul",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":+1}",
                "{\"a\":NaN}",
                "{'a':1}",
                "{\"a\":1,}",
                "{a:1}",
                "{}{}",
                "{} 1",
                "{}]",
                "[]",
                "1 2",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\t\"}",
                "{\"a\":\"\u0000\"}",
                "// c\n{}",
                "{\"a\":\"\\ud8\"}",
                "{\"a\":tru}",
                "{\"a\" 1}",
                "\ufeff{}"
            })
    void whatIsNotOneJsonObjectIsRefused(String json) {
        assertThatThrownBy(() -> events.one(utf8(json)))
                .isInstanceOfAny(Refused.class, Invalid.class, IOException.class);
    }

    @Test
    void otherEncodingsAreRefused() {
        for (var charset : new String[] {"UTF-16LE", "UTF-16BE", "UTF-16", "UTF-32LE", "UTF-32BE"}) {
            var body = (HEAD + "}").getBytes(java.nio.charset.Charset.forName(charset));
            assertThatThrownBy(() -> events.one(body)).isInstanceOfAny(MalformedJson.class, IOException.class);
        }
        int[][] malformed = {{0xC0, 0x80}, {0xED, 0xA0, 0x80}, {0xFF}, {0xC3}, {0xF5, 0x80, 0x80, 0x80}, {0x80}};
        for (var bytes : malformed) {
            var body = utf8(HEAD + ",\"data\":\"????\"}");
            for (int i = 0; i < bytes.length; i++) {
                body[body.length - 6 + i] = (byte) bytes[i];
            }
            assertThatThrownBy(() -> events.one(body)).isInstanceOfAny(MalformedJson.class, IOException.class);
        }
    }

    @Test
    void depthIsBoundedWhereverItIs() throws IOException {
        assertThat(events.one(utf8(HEAD + ",\"data\":" + "[".repeat(DEPTH) + "]".repeat(DEPTH) + "}")))
                .isNotNull();
        for (var deep : new int[] {DEPTH + 1, 100_000}) {
            var nested = "[".repeat(deep) + "]".repeat(deep);
            for (var json :
                    new String[] {HEAD + ",\"data\":" + nested + "}", HEAD + ",\"x\":" + nested + "}", nested}) {
                assertThatThrownBy(() -> events.one(utf8(json))).isInstanceOfAny(IOException.class, Invalid.class);
            }
        }
    }

    @Test
    void truncatedAnywhereItIsRefused() {
        var sample = utf8("[" + HEAD + ",\"subject\":\"ä\",\"data\":{\"a\":[1.5e3,true,null,\"\\u00e4\\\"x\"]}} , "
                + HEAD + ",\"data_base64\":\"AAH/\",\"n\":12}]");
        for (int length = 0; length < sample.length; length++) {
            var cut = Arrays.copyOf(sample, length);
            assertThatThrownBy(() -> events.batch(cut))
                    .isInstanceOfAny(Refused.class, Invalid.class, IOException.class);
            assertThatThrownBy(() -> events.one(cut)).isInstanceOfAny(Refused.class, Invalid.class, IOException.class);
        }
    }

    @Test
    @SuppressWarnings(
            "EmptyCatch") // whatever is refused is refused by one of three exceptions; any other fails the test
    void randomBytesNeverSurprise() {
        var random = new Random(42);
        var sample = utf8("[" + HEAD + ",\"subject\":\"ä\",\"data\":{\"a\":[1.5e3,true,null,\"\\u00e4\\\"x\"]}}]");
        for (int round = 0; round < 20_000; round++) {
            var body = sample.clone();
            if (round % 4 == 0) {
                body = new byte[random.nextInt(64)];
                random.nextBytes(body);
            } else {
                for (int i = 0; i <= random.nextInt(4); i++) {
                    body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                }
            }
            try {
                events.batch(body);
            } catch (IOException | Refused | Invalid refused) {
            }
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
