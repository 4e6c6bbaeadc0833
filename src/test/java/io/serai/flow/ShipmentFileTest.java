// SPDX-License-Identifier: Apache-2.0
package io.serai.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the hub writes for the ERP of a batch of shipments. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShipmentFileTest {

    private static final String FILE = "file:data/legacy/erp/in";
    private static final String FAILURE = "failure:order.shipped";
    private static final String HEADER = "shipment_id,order_id,carrier,shipped_at,sku,quantity\r\n";
    private static final String GOOD = "{\"shipmentId\":\"S-1\",\"orderId\":\"O-1\",\"carrier\":\"DHL\","
            + "\"shippedAt\":\"2026-11-21T10:00:00Z\",\"lines\":[{\"sku\":\"A\",\"quantity\":2}]}";

    private RouteAlone route;

    @BeforeAll
    void load() throws Exception {
        route = new RouteAlone("orders/ReportShipmentToErp.java", "report-shipment-to-erp", "file:*", "failure:*");
    }

    @AfterAll
    void close() {
        route.close();
    }

    @Test
    void aLineIsWrittenForEachLineOfEachShipment() {
        var second = GOOD.replace("S-1", "S-2")
                .replace("DHL", "Smith, \\\"Jones\\\" & S\u00f6hne")
                .replace("2026-11-21T10:00:00Z", "2026-11-21T11:00:00.123456+01:00")
                .replace("]}", ",{\"sku\":\"B/2\",\"quantity\":999999999}]}");

        assertThat(written(GOOD, second))
                .isEqualTo(
                        HEADER + "S-1,O-1,DHL,2026-11-21T10:00:00Z,A,2\r\n"
                                + "S-2,O-1,\"Smith, \"\"Jones\"\" & S\u00f6hne\",2026-11-21T11:00:00.123456+01:00,A,2\r\n"
                                + "S-2,O-1,\"Smith, \"\"Jones\"\" & S\u00f6hne\",2026-11-21T11:00:00.123456+01:00,B/2,999999999\r\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "null",
                "[]",
                "7",
                "{}",
                GOOD + "x",
                "{\"shipmentId\":\"S-1\",\"shipmentId\":\"S-2\"}",
                "DHL>=cmd|' /C calc'!A0",
                "DHL>+1",
                "DHL>-1",
                "DHL>@SUM(1)",
                "DHL> DHL",
                "DHL>\\tDHL",
                "DHL>",
                "DHL>DHL\\n",
                "DHL>D\\r\\nHL",
                "DHL>D\\u0000HL",
                "DHL>D\\u2028HL",
                "DHL>D\\u0085",
                "DHL>D\\ud800HL",
                "S-1>=S-1",
                "S-1>S,1",
                "S-1>S\\\"1",
                "S-1>S-1\\n",
                "O-1>",
                "\"A\">\"-A\"",
                "\"A\">7",
                ":2>:0",
                ":2>:-2",
                ":2>:2.5",
                ":2>:\"2\"",
                ":2>:1000000000",
                "2026-11-21T10:00:00Z>2026-13-21T10:00:00Z",
                "2026-11-21T10:00:00Z>2026-11-21",
                "2026-11-21T10:00:00Z>=NOW()",
            })
    void shipmentThatIsWrongIsParkedAloneWithTheReasonAndAsItCame(String change) {
        var parts = change.split(">", 2);
        var wrong = parts.length == 2 ? GOOD.replace(parts[0], parts[1]) : change;

        assertThat(written(GOOD, wrong)).isEqualTo(HEADER + "S-1,O-1,DHL,2026-11-21T10:00:00Z,A,2\r\n");

        var parked = route.sentTo(FAILURE);
        assertThat(parked).hasSize(1);
        assertThat(parked.get(0).getMessage().getBody(byte[].class)).isEqualTo(wrong.getBytes(StandardCharsets.UTF_8));
        assertThat(parked.get(0).getMessage().getHeader("wrong", String.class)).isNotBlank();
        assertThat(parked.get(0).getMessage().getHeader("CamelCloudEventID")).isEqualTo("id-1");
    }

    @Test
    void noFileIsWrittenWhereNothingIsRight() {
        route.run(batch("{}", "{}"));

        assertThat(route.sentTo(FILE)).isEmpty();
        assertThat(route.sentTo(FAILURE)).hasSize(2);
    }

    @Test
    void eventThatCameTwiceIsWrittenOnce() {
        var batch = batch(GOOD, GOOD);
        batch.get(1).setHeader("CamelCloudEventID", "id-0");
        route.run(batch);

        assertThat(route.sentTo(FILE).get(0).getMessage().getBody(String.class).lines())
                .hasSize(2);
    }

    @Test
    void theNameFollowsFromWhatIsInTheFile() {
        assertThat(nameOf(GOOD))
                .matches("shipments-[0-9a-f-]{36}\\.csv")
                .isEqualTo(nameOf(GOOD))
                .isNotEqualTo(nameOf(GOOD, GOOD));
    }

    private String nameOf(String... bodies) {
        route.run(batch(bodies));
        return route.sentTo(FILE).get(0).getMessage().getHeader(Exchange.FILE_NAME, String.class);
    }

    private String written(String... bodies) {
        assertThat(route.run(batch(bodies)).getException()).isNull();
        return route.sentTo(FILE).get(0).getMessage().getBody(String.class);
    }

    private List<Message> batch(String... bodies) {
        var messages = new ArrayList<Message>();
        for (var body : bodies) {
            var message = new DefaultExchange(route.camel()).getMessage();
            message.setHeader("CamelCloudEventID", "id-" + messages.size());
            message.setHeader("CamelCloudEventSource", "/test");
            message.setBody(body.getBytes(StandardCharsets.UTF_8));
            messages.add(message);
        }
        return messages;
    }
}
