// SPDX-License-Identifier: Apache-2.0
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.Unavailable;
import io.serai.message.Utf8;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;

// in:            each call of the fulfilment service of this hub; HTTP GET and PUT /api/demo/fulfilment, JSON
// {latencyMillis, failureRate}
// out:           the call goes on after that long, or fails with 503, as often as asked for; nothing is kept over a
// restart
// on error:      problem details to the caller (RFC 9457)
// idempotent by: PUT sets, it does not add
public class DisturbFulfilment extends RouteBuilder {

    /** What the service is to suffer from: 0 to 60,000 milliseconds, and 0 (none) to 1 (all) of the calls failing. */
    public record Disturbance(int latencyMillis, double failureRate) {}

    private volatile Disturbance disturbance;

    @Override
    public void configure() throws Exception {
        disturbance = new Disturbance(
                Integer.parseInt(getContext().resolvePropertyPlaceholders("{{serai.fulfilment.latency-millis:0}}")),
                Double.parseDouble(getContext().resolvePropertyPlaceholders("{{serai.fulfilment.failure-rate:0}}")));

        // the delay holds no thread
        from("direct:disturb-fulfilment")
                .routeId("disturb-fulfilment")
                .delay(method(this, "latencyMillis"))
                .asyncDelayed()
                .process(this::failAtTimes);

        rest("/api/demo/fulfilment")
                .get()
                .id("rest-show-disturbance")
                .produces("application/json")
                .to("direct:show-disturbance")
                .put()
                .id("rest-set-disturbance")
                .consumes("application/json")
                .produces("application/json")
                .to("direct:set-disturbance");

        from("direct:set-disturbance")
                .routeId("set-disturbance")
                .convertBodyTo(byte[].class)
                .process(DisturbFulfilment::decode)
                .to("json-validator:file:{{serai.routes.directory}}/schemas/disturbance.schema.json")
                .process(this::set)
                .to("direct:show-disturbance");

        from("direct:show-disturbance")
                .routeId("show-disturbance")
                .removeHeaders("*")
                .process(this::show)
                .setHeader(Exchange.CONTENT_TYPE, constant("application/json"));
    }

    public long latencyMillis() {
        return disturbance.latencyMillis();
    }

    private void failAtTimes(Exchange exchange) {
        if (ThreadLocalRandom.current().nextDouble() < disturbance.failureRate()) {
            throw new Unavailable("shipping order: fulfilment is disturbed on purpose, see /api/demo/fulfilment");
        }
    }

    private static void decode(Exchange exchange) throws Exception {
        var text = Utf8.decode(exchange.getMessage().getBody(byte[].class));
        json(exchange).readTree(text);
        exchange.getMessage().setBody(text);
    }

    private void set(Exchange exchange) throws Exception {
        disturbance = json(exchange).readValue(exchange.getMessage().getBody(String.class), Disturbance.class);
    }

    private void show(Exchange exchange) throws Exception {
        exchange.getMessage().setBody(json(exchange).writeValueAsString(disturbance));
    }

    /** The hub's own: no trailing tokens, no duplicate keys. */
    private static ObjectMapper json(Exchange exchange) {
        return exchange.getContext().getRegistry().findSingleByType(ObjectMapper.class);
    }
}
