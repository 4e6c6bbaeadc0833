// SPDX-License-Identifier: Apache-2.0
package io.serai.bus;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SendableTest {

    @Test
    void whatTheBrokerWouldRefuseOrObeyIsLeftOutAndTheRestStays() {
        var came = new BasicProperties.Builder()
                .userId("erp")
                .expiration("1000")
                .messageId("m")
                .replyTo("answers")
                .headers(Map.of("CC", List.of("other-queue"), "BCC", List.of("hidden"), "kept", 7))
                .build();

        var sendable = Sendable.of(came, Sendable.MOST);

        assertThat(sendable.properties().getHeaders()).isEqualTo(Map.of("kept", 7));
        assertThat(sendable.properties().getUserId()).isNull();
        assertThat(sendable.properties().getExpiration()).isNull();
        assertThat(sendable.properties().getMessageId()).isEqualTo("m");
        assertThat(sendable.properties().getReplyTo()).isEqualTo("answers");
        assertThat(sendable.leftOut()).containsExactlyInAnyOrder("CC", "BCC");
    }

    @Test
    void ofTwoHundredHeadersOfFourKilobytesAsManyStayAsFit() {
        Map<String, Object> headers =
                IntStream.range(0, 200).boxed().collect(Collectors.toMap(each -> "h" + each, each -> "v".repeat(4096)));

        var sendable = Sendable.of(of(headers), Sendable.MOST);

        assertThat(Sendable.size(sendable.properties().getHeaders())).isBetween(Sendable.MOST - 5000, Sendable.MOST);
        assertThat(sendable.cut()).startsWith("171 headers left out: h").endsWith(" and others");
    }

    @Test
    void theLargestAreLeftOutFirstAndAttributesOfTheEventLast() {
        Map<String, Object> headers = Map.of(
                "cloudEvents_id", "i".repeat(300), "a", "v".repeat(100), "b", "v".repeat(102), "c", "v".repeat(101));
        var whole = Sendable.size(headers);

        assertThat(Sendable.of(of(headers), whole).leftOut()).isEmpty();
        assertThat(Sendable.of(of(headers), whole - 1).leftOut()).containsExactly("b");
        assertThat(Sendable.of(of(headers), whole - 109).leftOut()).containsExactly("b");
        assertThat(Sendable.of(of(headers), whole - 110).leftOut()).containsExactly("b", "c");
        assertThat(Sendable.of(of(headers), 1).leftOut()).containsExactly("b", "c", "a", "cloudEvents_id");
    }

    /** Nothing tells of those of one size which is left out, so long as it is no more than must be. */
    @Test
    void ofTwentyThousandSmallHeadersAsManyStayAsFit() {
        Map<String, Object> headers =
                IntStream.range(0, 20_000).boxed().collect(Collectors.toMap(each -> "h" + each, each -> true));

        var sendable = Sendable.of(of(headers), Sendable.MOST);

        assertThat(Sendable.size(sendable.properties().getHeaders())).isBetween(Sendable.MOST - 8, Sendable.MOST);
        assertThat(sendable.properties().getHeaders())
                .hasSize(20_000 - sendable.leftOut().size());
    }

    @Test
    void aTableThatIsTooDeepToBeReadIsLeftOut() {
        Map<String, Object> deep = Map.of();
        for (int level = 0; level < 5_000; level++) {
            deep = Map.of("t", deep);
        }

        var sendable = Sendable.of(of(new TreeMap<>(Map.of("deep", deep, "flat", Map.of("t", List.of(1))))), 1000);

        assertThat(sendable.properties().getHeaders()).containsOnlyKeys("flat");
        assertThat(sendable.cut()).isEqualTo("1 headers left out: deep");
    }

    @Test
    void aMessageWithoutHeadersIsSendableAsItIs() {
        assertThat(Sendable.of(new BasicProperties(), 1000).cut()).isNull();
    }

    private static BasicProperties of(Map<String, Object> headers) {
        return new BasicProperties.Builder().headers(headers).build();
    }
}
