// SPDX-License-Identifier: Apache-2.0
package io.serai.flow;

import io.serai.bus.component.EventComponent;
import io.serai.bus.component.EventEndpoint;
import io.serai.bus.component.FailureComponent;
import java.util.List;
import java.util.Objects;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.DefaultErrorHandlerBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.InterceptSendToEndpoint;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.jspecify.annotations.Nullable;

/** One file of {@code routes/}, with what it reads from replaced by the test, and what it sends to caught. */
final class RouteAlone implements AutoCloseable {

    private static final String START = "direct:start-of-test";

    private final CamelContext camel = new DefaultCamelContext();

    /**
     * @param file below {@code routes/}
     * @param route the route that is fed
     * @param caught patterns of the endpoints that are not called
     */
    RouteAlone(String file, String route, String... caught) throws Exception {
        camel.addComponent("event", new EventComponent());
        camel.addComponent("failure", new FailureComponent());
        // as the hub has it
        camel.getCamelContextExtension().setErrorHandlerFactory(new DefaultErrorHandlerBuilder().logExhausted(false));
        camel.getPropertiesComponent().addInitialProperty("serai.routes.directory", "routes");
        PluginHelper.getRoutesLoader(camel)
                .loadRoutes(ResourceHelper.resolveMandatoryResource(camel, "file:routes/" + file));
        AdviceWith.adviceWith(camel, route, false, advice -> {
            advice.replaceFromWith(START);
            advice.mockEndpointsAndSkip(caught);
        });
        camel.start();
    }

    /** Runs the route; the exchange carries the exception where it failed. */
    Exchange run(@Nullable Object body) {
        return camel.createFluentProducerTemplate().to(START).withBody(body).send();
    }

    /** What an endpoint got since the last call. */
    List<Exchange> sentTo(String uri) {
        var mock = camel.getEndpoint("mock:" + uri, MockEndpoint.class);
        var sent = List.copyOf(mock.getReceivedExchanges());
        mock.reset();
        return sent;
    }

    /** What every call of an endpoint comes to. */
    void refuse(String uri, Exception refusal) {
        camel.getEndpoint("mock:" + uri, MockEndpoint.class).whenAnyExchangeReceived(exchange -> {
            throw refusal;
        });
    }

    /** The options that an event is published with. */
    EventEndpoint event(String type) {
        return camel.getEndpoints().stream()
                .map(each -> each instanceof InterceptSendToEndpoint caught ? caught.getOriginalEndpoint() : each)
                .filter(EventEndpoint.class::isInstance)
                .map(EventEndpoint.class::cast)
                .filter(each -> each.getTypes().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /** An option that an event is published with, as it comes out for what was sent. */
    String evaluate(@Nullable String option, Exchange exchange) {
        return camel.resolveLanguage("simple")
                .createExpression(Objects.requireNonNull(option))
                .evaluate(exchange, String.class);
    }

    CamelContext camel() {
        return camel;
    }

    @Override
    public void close() {
        camel.stop();
    }
}
