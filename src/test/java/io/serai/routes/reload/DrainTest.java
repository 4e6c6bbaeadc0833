// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.reload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class DrainTest {

    @Test
    void aRouteThatRefusesToGoOnIsTriedAgainUntilItDoes() throws Exception {
        var refuses = new AtomicBoolean();
        try (var camel = new DefaultCamelContext()) {
            camel.addComponent("stubborn", new Stubborn(refuses));
            camel.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("stubborn:x").routeId("x").to("log:x");
                }
            });
            camel.start();
            var consumer = (DefaultConsumer) camel.getRoute("x").getConsumer();
            var inHand = new DefaultExchange(camel);
            camel.getInflightRepository().add(inHand, "x");
            var unresumed = new ArrayList<Route>();

            refuses.set(true);
            assertThatThrownBy(() -> Drain.of(camel, List.of("x"), Map.of(), Duration.ofMillis(50), unresumed))
                    .isInstanceOf(Busy.class)
                    .hasMessageContaining("route x has 1 in hand");

            assertThat(unresumed).containsExactly(camel.getRoute("x"));
            assertThat(Drain.isResumed(unresumed.get(0))).isFalse();
            refuses.set(false);
            assertThat(Drain.isResumed(unresumed.get(0))).isTrue();
            assertThat(consumer.getStatus()).isEqualTo(ServiceStatus.Started);
            refuses.set(true);
            camel.getInflightRepository().remove(inHand, "x");
            camel.getRouteController().stopRoute("x");
            camel.removeRoute("x");
            assertThat(Drain.isResumed(unresumed.get(0))).as("it has gone").isTrue();
        }
    }

    /** Makes consumers that do not start while they refuse to. */
    private static final class Stubborn extends DefaultComponent {

        private final AtomicBoolean refuses;

        Stubborn(AtomicBoolean refuses) {
            this.refuses = refuses;
        }

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            return new DefaultEndpoint(uri, this) {
                @Override
                public Producer createProducer() {
                    throw new UnsupportedOperationException("it only reads");
                }

                @Override
                public Consumer createConsumer(Processor processor) {
                    return new DefaultConsumer(this, processor) {
                        @Override
                        protected void doStart() {
                            if (refuses.get()) {
                                throw new IllegalStateException("the database is away");
                            }
                        }
                    };
                }
            };
        }
    }
}
