// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.serai.testing.HubServices;
import io.serai.testing.SharedNodes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.camel.ExchangeTimedOutException;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.Test;

@HubServices
class ServersQueueIT extends QueueContract {

    @Override
    Map<String, String> servers() {
        return SharedNodes.newProperties();
    }

    @Override
    String inAMinute() {
        return "60000";
    }

    /** The embedded broker has no direct reply-to. */
    @Test
    void aRequestWithoutAReplyInTimeExpiresAndIs504ForAnHttpCaller() throws Exception {
        var queue = newQueue();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("platform-http:/api/ask")
                        .routeId("ask")
                        .setBody(constant("question"))
                        .to("direct:request");
                from("direct:request")
                        .routeId("request")
                        .to("spring-rabbitmq:default?routingKey=" + queue + "&disableReplyTo=false&replyTimeout=1500");
            }
        });
        var port = hub.getEnvironment().getProperty("local.server.port");

        var answer = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/ask"))
                                .build(),
                        BodyHandlers.ofString());

        assertThat(answer.statusCode()).isEqualTo(504);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("no answer in time");
        await().until(() -> amqp.queueDeclarePassive(queue).getMessageCount() == 0);
        assertThat(amqp.basicGet(queue, true)).isNull();
    }

    @Test
    void aRequestExpiresWithItsTimeOutUnlessTheRouteSaysWhenAndItsReplyIsTheRoutesBody() throws Exception {
        var queue = newQueue();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:ask-" + queue)
                        .routeId("ask-" + queue)
                        .to("spring-rabbitmq:default?routingKey=" + queue + "&disableReplyTo=false&replyTimeout=20000");
            }
        });
        for (var own : new String[] {null, "7000"}) {
            var asked = camel.createFluentProducerTemplate()
                    .to("direct:ask-" + queue)
                    .withBody("q")
                    .withHeader("CamelSpringRabbitmqExpiration", own)
                    .asyncRequest(String.class);
            var request = await().until(() -> amqp.basicGet(queue, true), got -> got != null);
            assertThat(request.getProps().getExpiration()).isEqualTo(own == null ? "20000" : own);
            amqp.basicPublish(
                    "", request.getProps().getReplyTo(), request.getProps(), "a".getBytes(StandardCharsets.UTF_8));
            assertThat(asked.get()).isEqualTo("a");
        }
    }

    @Test
    void aTimeOutIsTheExceptionThatRoutesCatch() throws Exception {
        var queue = newQueue();
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:catch-" + queue)
                        .routeId("catch-" + queue)
                        .doTry()
                        .to("spring-rabbitmq:default?routingKey=" + queue + "&disableReplyTo=false&replyTimeout=300")
                        .doCatch(ExchangeTimedOutException.class)
                        .setBody(constant("late"));
            }
        });

        assertThat(camel.createProducerTemplate().requestBody("direct:catch-" + queue, "q", String.class))
                .isEqualTo("late");
    }
}
