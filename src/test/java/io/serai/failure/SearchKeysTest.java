// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SearchKeysTest {

    @Test
    void valuesOfTheShippedAndConfiguredPathsAreRead() {
        var body = "{\"orderId\":\"O-1\",\"sku\":7,\"id\":null,\"lines\":[{\"sku\":\"A\"},{\"sku\":\"B\"}]}";

        assertThat(keys(Map.of("line", "$.lines[*].sku"), body)).containsExactlyInAnyOrder("o-1", "7", "a", "b");
        assertThat(keys(Map.of("orderId", ""), body)).containsExactly("7");
    }

    @Test
    void whatIsNoJsonHasNoneAndNothingFails() {
        for (var body : List.of(
                "",
                " ",
                "<order><id>1</id></order>",
                "id;sku\n1;2",
                "\0\1\2",
                "{\"id\":",
                "[".repeat(100_000),
                "\"id\"",
                "{\"id\":{\"a\":1},\"sku\":[1],\"email\":\"a\\u0000b\"}")) {
            assertThat(keys(Map.of(), body))
                    .as(body.substring(0, Math.min(20, body.length())))
                    .isEmpty();
        }
        assertThat(keys(Map.of(), "{\"id\":\"x\",\"sku\":\"\\ud800\"}")).contains("x");
    }

    @Test
    void numberAndLengthAreBounded() {
        var many = IntStream.range(0, 1000).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));
        assertThat(keys(Map.of("n", "$.n[*]"), "{\"n\":" + many + "}")).hasSize(20);
        assertThat(keys(Map.of(), "{\"id\":\"" + "Ä".repeat(500) + "\"}"))
                .singleElement()
                .satisfies(key -> assertThat(key).isEqualTo("ä".repeat(200)));
        assertThat(keys(Map.of(), "{\"id\":\"x\",\"pad\":\"" + "p".repeat(1024 * 1024) + "\"}"))
                .isEmpty();
    }

    @Test
    void lengthIsCountedAsTheNarrowerDatabaseCountsItAndNoCharacterIsSplit() {
        assertThat(SearchKeys.normal("😀".repeat(150))).isEqualTo("😀".repeat(100));
        assertThat(SearchKeys.normal("a" + "😀".repeat(150))).isEqualTo("a" + "😀".repeat(99));
        assertThat(SearchKeys.normal("😀".repeat(100))).isEqualTo("😀".repeat(100));
    }

    @Test
    void aPathThatEndsInAFunctionGivesItsResultAndTheOthersTheirs() {
        var functions = Map.of(
                "lines",
                "$.lines.length()",
                "most",
                "$.n.max()",
                "names",
                "$.keys()",
                "no",
                "$.none.length()",
                "sum",
                "$.id.sum()");

        assertThat(keys(functions, "{\"id\":\"x\",\"lines\":[1,2,3],\"n\":[7,8]}"))
                .contains("x", "3", "8.0");
        for (var body : List.of("{}", "[]", "[1,\"a\"]", "{\"id\":\"x\"}", "{\"lines\":null,\"n\":{\"a\":[]}}")) {
            assertThatCode(() -> keys(functions, body)).as(body).doesNotThrowAnyException();
        }
    }

    @Test
    void aPathThatIsNoneIsToldAtTheStart() {
        assertThatThrownBy(() -> new SearchKeys(Map.of("bad", "$.["))).isInstanceOf(Invalid.class);
    }

    private static List<String> keys(Map<String, String> configured, String body) {
        return new SearchKeys(configured)
                .of(new FailedMessage(new BasicProperties(), body.getBytes(StandardCharsets.UTF_8))).stream()
                        .map(SearchKeys.Key::value)
                        .toList();
    }
}
