// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.AMQP.BasicProperties;
import io.serai.message.Invalid;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RouteInputTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    @BeforeAll
    static void start() {
        CAMEL.start();
    }

    @AfterAll
    static void stop() {
        CAMEL.stop();
    }

    @Test
    void bodiesComeBackAsTheyWere() {
        assertThat(thereAndBack("Müller").getIn().getBody()).isEqualTo("Müller");
        assertThat(thereAndBack(new byte[] {0, (byte) 0xFF}).getIn().getBody()).isEqualTo(new byte[] {0, (byte) 0xFF});
        assertThat(thereAndBack(null).getIn().getBody()).isNull();
        assertThat(thereAndBack(Map.of("id", 7, "tags", List.of("a"))).getIn().getBody())
                .isEqualTo(Map.of("id", 7, "tags", List.of("a")));
        assertThat(thereAndBack(List.of(Map.of("id", 7))).getIn().getBody()).isEqualTo(List.of(Map.of("id", 7)));
    }

    @Test
    void aStreamThatTheRouteHasReadIsKeptWhole() throws Exception {
        var exchange = exchange(new ByteArrayInputStream("line 1\nline 2".getBytes(StandardCharsets.UTF_8)));
        RouteInput.note(exchange);
        assertThat(exchange.getIn().getBody(String.class)).isEqualTo("line 1\nline 2");

        var parked = parked(exchange, 1000);

        assertThat(parked.body()).asString(StandardCharsets.UTF_8).isEqualTo("line 1\nline 2");
    }

    @Test
    void aRowIsKeptAsItCameThoughAStepHasChangedIt() {
        var row = new HashMap<String, Object>(Map.of("id", 7));
        var exchange = exchange(row);
        RouteInput.note(exchange);
        row.put("id", 8);

        var parked = parked(exchange, 1000);

        assertThat(parked.body()).asString(StandardCharsets.UTF_8).isEqualTo("{\"id\":7}");
    }

    @Test
    void headersComeBackButSecretsAndWhatOthersWroteDoNot() {
        var exchange = exchange("x");
        exchange.getIn().setHeader(Exchange.FILE_NAME, "orders.csv");
        exchange.getIn().setHeader(Exchange.FILE_LENGTH, 5_000_000_000L);
        exchange.getIn().setHeader("Authorization", "Basic c2VjcmV0");
        exchange.getIn().setHeader("object", new Object());
        RouteInput.note(exchange);
        var parked = parked(exchange, 1000);
        var tampered = new HashMap<>(parked.properties().getHeaders());
        tampered.put("CamelHttpUri", "http://elsewhere");
        tampered.put("serai-retry-round", 3);

        var again = exchange(null);
        RouteInput.restore(parked.properties().builder().headers(tampered).build(), parked.body(), again);

        assertThat(again.getIn().getHeaders())
                .containsOnly(
                        Map.entry(Exchange.FILE_NAME, "orders.csv"), Map.entry(Exchange.FILE_LENGTH, 5_000_000_000L));
    }

    @Test
    void whatIsTooLargeIsRefused() {
        var exchange = exchange("12345678901");
        RouteInput.note(exchange);

        assertThatThrownBy(() -> parked(exchange, 10))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("serai.bus.max-message-size");
        assertThat(parked(exchange, 11).body()).hasSize(11);
    }

    @Test
    void aMessageOfSomebodyElseIsNoInput() {
        assertThat(RouteInput.is(new BasicProperties())).isFalse();
        assertThat(RouteInput.is(new BasicProperties.Builder().type("order").build()))
                .isFalse();
    }

    private static RouteInput.Parked parked(Exchange exchange, long most) {
        return Objects.requireNonNull(RouteInput.of(exchange)).parked(exchange, most);
    }

    private static Exchange thereAndBack(@Nullable Object body) {
        var exchange = exchange(body);
        RouteInput.note(exchange);
        var parked = parked(exchange, 1000);
        assertThat(RouteInput.is(parked.properties())).isTrue();
        var again = exchange("");
        RouteInput.restore(parked.properties(), parked.body(), again);
        return again;
    }

    private static Exchange exchange(@Nullable Object body) {
        var exchange = new DefaultExchange(CAMEL);
        exchange.getIn().setBody(body);
        return exchange;
    }
}
