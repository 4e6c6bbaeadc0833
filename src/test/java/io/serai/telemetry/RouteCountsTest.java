// SPDX-License-Identifier: Apache-2.0
package io.serai.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RouteCountsTest {

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private CamelContext camel;

    @BeforeEach
    void start() throws Exception {
        camel = new DefaultCamelContext();
        camel.getManagementStrategy().addEventNotifier(new RouteCounts(meters));
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:good").routeId("good").setBody(constant("x"));
                from("direct:bad").routeId("bad").throwException(new IllegalStateException("bad"));
                from("direct:caught")
                        .routeId("caught")
                        .doTry()
                        .throwException(new IllegalStateException("bad"))
                        .doCatch(IllegalStateException.class)
                        .setBody(constant("mended"))
                        .end();
                from("direct:handled")
                        .routeId("handled")
                        .onException(IllegalStateException.class)
                        .handled(true)
                        .setBody(constant("told"))
                        .end()
                        .throwException(new IllegalStateException("bad"));
            }
        });
        camel.start();
    }

    @AfterEach
    void stop() {
        camel.stop();
    }

    @Test
    void eachRunCountsOnceWhateverIsHandledInIt() {
        for (var route : new String[] {"good", "bad", "caught", "handled"}) {
            camel.createFluentProducerTemplate().to("direct:" + route).send();
            assertThat(runs(route, RouteCounts.DONE) + runs(route, RouteCounts.FAILED))
                    .as(route)
                    .isEqualTo(1);
        }
        assertThat(runs("bad", RouteCounts.FAILED)).isEqualTo(1);
        assertThat(runs("caught", RouteCounts.DONE)).isEqualTo(1);
    }

    private double runs(String route, String outcome) {
        return meters.counter(RouteCounts.METER, "route", route, "outcome", outcome)
                .count();
    }
}
