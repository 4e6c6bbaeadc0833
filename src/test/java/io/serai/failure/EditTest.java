// SPDX-License-Identifier: Apache-2.0
package io.serai.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Invalid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EditTest {

    private static final FailedMessage NO_EVENT =
            new FailedMessage(new BasicProperties.Builder().messageId("m").build(), new byte[] {1});

    @Test
    void theContentTypeOfAMessageThatIsNoEventIsAMediaTypeToo() {
        for (var wrong : List.of("a/" + "b".repeat(300), "text/plain\n", "text/\u00e4", "x", "")) {
            assertThat(refused(new Edit(null, null, Map.of("datacontenttype", wrong), null)))
                    .as(wrong)
                    .containsExactly("edit.attributes.datacontenttype");
        }
        var edited = new Edit(null, null, Map.of("datacontenttype", "text/csv; charset=UTF-8"), null)
                .of(NO_EVENT, "new", 100);
        assertThat(edited.message().properties().getContentType()).isEqualTo("text/csv; charset=UTF-8");
        var gone = new HashMap<String, @Nullable Object>();
        gone.put("datacontenttype", null);
        var typed = new FailedMessage(
                NO_EVENT.properties().builder().contentType("text/csv").build(), NO_EVENT.body());
        assertThat(new Edit(null, null, gone, null)
                        .of(typed, "new", 100)
                        .message()
                        .properties()
                        .getContentType())
                .isNull();
    }

    @Test
    void anEventWithTheNamesOfTheBindingForAmqp10IsEditedAsOne() {
        var event = new FailedMessage(
                new BasicProperties.Builder()
                        .headers(Map.of("cloudEvents:id", "1", "cloudEvents:source", "/s", "cloudEvents:type", "t"))
                        .build(),
                "{}".getBytes(UTF_8));

        var edited = new Edit(null, null, Map.of("subject", "42"), null).of(event, "new", 100);

        assertThat(edited.message().properties().getHeaders())
                .containsEntry("cloudEvents_id", "new")
                .containsEntry("cloudEvents_subject", "42")
                .doesNotContainKey("cloudEvents:id");
    }

    @Test
    void anEventWithoutTimeIsEditedAndItsAttributesKeepTheirTypes() {
        var event = new FailedMessage(
                new BasicProperties.Builder()
                        .contentEncoding("gzip")
                        .headers(Map.of(
                                "cloudEvents_id",
                                "1",
                                "cloudEvents_source",
                                "/s",
                                "cloudEvents_type",
                                "t",
                                "cloudEvents_n",
                                5L))
                        .build(),
                "{}".getBytes(UTF_8));

        var attributes = new HashMap<String, @Nullable Object>(Map.of("flag", true, "count", 7));
        attributes.put("contentencoding", null);
        var edited = new Edit(null, null, attributes, null).of(event, "new", 100);

        assertThat(edited.message().properties().getContentEncoding()).isNull();
        assertThat(edited.message().properties().getHeaders())
                .containsEntry("cloudEvents_flag", true)
                .containsEntry("cloudEvents_count", 7L)
                .containsEntry("cloudEvents_n", 5L)
                .doesNotContainKey("cloudEvents_time");
        assertThat(refused(new Edit(null, null, Map.of("count", 1.5), null), event))
                .containsExactly("edit.attributes.count");
        assertThat(refused(new Edit(null, null, Map.of("datacontenttype", 1.5), null), event))
                .containsExactly("edit.attributes.datacontenttype");
    }

    @Test
    void whatIsNoTextIsNamed() {
        assertThat(refused(new Edit(null, null, null, Map.of("tenant", "\ud800"))))
                .containsExactly("edit.headers.tenant");
        assertThat(refused(new Edit(null, null, null, Map.of("ten\nant", "b")))).containsExactly("edit.headers");
        assertThat(refused(new Edit("\udc00", null, null, null))).containsExactly("edit.body");
    }

    @Test
    void ofARoutesInputThatIsARowTheBodyStaysJson() {
        var row = new FailedMessage(
                new BasicProperties.Builder()
                        .type("serai.input.json")
                        .headers(Map.of())
                        .build(),
                "{}".getBytes(UTF_8));
        for (var wrong : List.of("{", "", "a;b")) {
            assertThat(refused(new Edit(wrong, null, null, null), row))
                    .as(wrong)
                    .containsExactly("edit.body");
        }
        assertThat(new Edit("{\"id\":7}", null, null, null)
                        .of(row, "new", 100)
                        .message()
                        .body())
                .asString(UTF_8)
                .isEqualTo("{\"id\":7}");
    }

    @Test
    void ofARoutesInputTheHeadersAreChangedThatTheRouteIsGiven() {
        var input = new FailedMessage(
                new BasicProperties.Builder()
                        .type("serai.input.bytes")
                        .headers(Map.of("serai-input-CamelFileName", "wrong.csv"))
                        .build(),
                new byte[] {1});
        for (var wrong : List.of(
                "CamelFileName",
                "tenant",
                "serai-retry-round",
                "serai-input-",
                "serai-input-camelHttpUri",
                "serai-input-org.apache.camel.x",
                "serai-input-" + "x".repeat(255))) {
            assertThat(refused(new Edit(null, null, null, Map.of(wrong, "x")), input))
                    .as(wrong)
                    .containsExactly("edit.headers." + wrong);
        }
        assertThat(refused(new Edit(null, null, null, Map.of("serai-input-CamelFileName", "x"))))
                .containsExactly("edit.headers.serai-input-CamelFileName");
        var edited = new Edit(
                        null, null, null, Map.of("serai-input-CamelFileName", "right.csv", "serai-input-tenant", "b"))
                .of(input, "new", 100);
        assertThat(edited.message().properties().getHeaders())
                .containsEntry("serai-input-CamelFileName", "right.csv")
                .containsEntry("serai-input-tenant", "b");
    }

    private static List<String> refused(Edit edit) {
        return refused(edit, NO_EVENT);
    }

    private static List<String> refused(Edit edit, FailedMessage message) {
        var names = new ArrayList<String>();
        assertThatExceptionOfType(Invalid.class)
                .isThrownBy(() -> edit.of(message, "new", 100))
                .satisfies(invalid -> invalid.fields().forEach(each -> names.add(each.name())));
        return names;
    }
}
