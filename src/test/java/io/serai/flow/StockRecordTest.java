// SPDX-License-Identifier: Apache-2.0
package io.serai.flow;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Invalid;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the hub makes of a record of the warehouse host. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StockRecordTest {

    private static final String EVENT = "event:stock.changed";
    private static final String GOOD = "STK|WIDGET-7|EAST|42|1001|20261121083000";

    private RouteAlone route;

    @BeforeAll
    void load() throws Exception {
        route = new RouteAlone("stock/receive-stock-record.camel.yaml", "receive-stock-record", "event:*");
    }

    @AfterAll
    void close() {
        route.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "STK|WIDGET-7|EAST|42|1001|20261121083000;WIDGET-7;EAST;42;1001;2026-11-21T08:30:00Z",
                "STK|w.7_x|1|0|0|20000229235959;w.7_x;1;0;0;2000-02-29T23:59:59Z",
                "STK|0|A|000000042|000000000001001|20261121083000;0;A;42;1001;2026-11-21T08:30:00Z",
                "STK|A|WESTWEST|999999999|999999999999999|20261121083000;A;WESTWEST;999999999;999999999999999;2026-11-21T08:30:00Z",
            })
    void recordThatIsRightBecomesAnEvent(
            String line, String sku, String warehouse, long quantity, long sequence, String countedAt)
            throws Exception {
        for (var end : List.of("", "\n", "\r\n", "  ")) {
            assertThat(route.run(bytes(line + end)).getException()).isNull();

            var sent = route.sentTo(EVENT).get(0);
            var stock = new ObjectMapper().readTree(sent.getMessage().getBody(String.class));
            assertThat(stock.path("sku").asText()).isEqualTo(sku);
            assertThat(stock.path("warehouse").asText()).isEqualTo(warehouse);
            assertThat(stock.path("quantity").longValue()).isEqualTo(quantity);
            assertThat(stock.path("sequence").longValue()).isEqualTo(sequence);
            assertThat(stock.path("countedAt").asText()).isEqualTo(countedAt);
            var event = route.event("stock.changed");
            assertThat(route.evaluate(event.getSubject(), sent)).isEqualTo(sku);
            assertThat(route.evaluate(event.getSequence(), sent)).isEqualTo(Long.toString(sequence));
            assertThat(route.evaluate(event.getTime(), sent)).isEqualTo(countedAt);
        }
    }

    @Test
    void theSameRecordIsTheSameEventAndAnotherIsAnother() {
        assertThat(idOf(GOOD)).hasSize(64).isEqualTo(idOf(GOOD + "\r\n")).isNotEqualTo(idOf(GOOD.replace("42", "43")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "'';expected STK|",
                "STK;expected STK|",
                "stk|WIDGET-7|EAST|42|1001|20261121083000;expected STK|",
                "' STK|WIDGET-7|EAST|42|1001|20261121083000';expected STK|",
                "STK|WIDGET-7|EAST|42|1001;expected STK|",
                "STK|WIDGET-7|EAST|42|1001|20261121083000|;expected STK|",
                "STK|WIDGET-7||42|1001|20261121083000;expected STK|",
                "STK|-7|EAST|42|1001|20261121083000;sku must be",
                "STK|A\"B|EAST|42|1001|20261121083000;sku must be",
                "STK|A B|EAST|42|1001|20261121083000;sku must be",
                "STK|12345678901234567890123456789012345678901|EAST|42|1001|20261121083000;sku must be",
                "STK|A|TOO-LONG-|42|1001|20261121083000;warehouse must be",
                "STK|A|EAST|4.2|1001|20261121083000;quantity must be",
                "STK|A|EAST|1000000000|1001|20261121083000;quantity must be",
                "STK|A|EAST|٤٢|1001|20261121083000;quantity must be",
                "STK|A|EAST|42|0x10|20261121083000;sequence must be",
                "STK|A|EAST|42|1001|2026112108300;the time must be",
                "STK|A|EAST|42|1001|20261121083000Z;the time must be",
            })
    void recordThatIsWrongIsRefusedAndTheReasonNamesTheField(String line, String reason) {
        var failed = route.run(bytes(line)).getException();

        assertThat(failed).isInstanceOf(Invalid.class).hasMessageContaining("reading stock record: " + reason);
        assertThat(route.sentTo(EVENT)).isEmpty();
    }

    @Test
    void whateverBytesComeTheyAreAnEventOrRefusedAsInvalid() throws Exception {
        var random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 2_000; i++) {
            var mangled = bytes(GOOD);
            for (int change = random.nextInt(3); change >= 0; change--) {
                mangled[random.nextInt(mangled.length)] =
                        random.nextBoolean() ? (byte) random.nextInt(256) : (byte) "|0A\n-\"".charAt(random.nextInt(6));
            }
            var failed = route.run(mangled).getException();
            if (failed == null) {
                new ObjectMapper()
                        .readTree(route.sentTo(EVENT).get(0).getMessage().getBody(String.class));
            } else {
                assertThat(failed).isInstanceOf(Invalid.class);
                refused++;
            }
        }
        assertThat(refused).isBetween(200, 1_999);
    }

    private String idOf(String line) {
        route.run(bytes(line));
        var sent = route.sentTo(EVENT).get(0);
        return route.evaluate(route.event("stock.changed").getEventId(), sent);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
