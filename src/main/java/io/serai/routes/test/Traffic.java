// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.PollingConsumer;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.DefaultInterceptSendToEndpoint;
import org.apache.camel.support.EndpointHelper;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a route under test and the world: what the route sends to other systems is kept, and answered by the
 * case's mocks. Nothing leaves.
 */
final class Traffic implements EndpointStrategy {

    /** What an endpoint got. */
    record Sent(String endpoint, @Nullable Object body, Map<String, Object> headers, boolean answered) {}

    /** Played by the bench itself, unless a mock says otherwise. */
    private static final Set<String> PLAYED = Set.of("event", "failure", "sql", "file");

    private final CamelContext camel;
    private final List<RouteTest.Mock> mocks;
    private final Content content;
    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    Traffic(CamelContext camel, List<RouteTest.Mock> mocks, Content content) {
        this.camel = camel;
        this.mocks = mocks;
        this.content = content;
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        var mock = mockOf(endpoint.getEndpointUri());
        var scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        return mock == null && (!endpoint.isRemote() || PLAYED.contains(scheme))
                ? endpoint
                : new Caught(endpoint, mock);
    }

    boolean matches(String uri, String pattern) {
        return EndpointHelper.matchEndpoint(camel, uri, pattern);
    }

    private RouteTest.@Nullable Mock mockOf(String uri) {
        return mocks.stream()
                .filter(mock -> matches(uri, mock.endpoint()))
                .findFirst()
                .orElse(null);
    }

    private void answer(Exchange exchange, String uri, RouteTest.@Nullable Mock mock) throws Exception {
        var message = exchange.getMessage();
        sent.add(new Sent(uri, content.text(exchange), Map.copyOf(nonNull(message.getHeaders())), mock != null));
        if (mock == null) {
            return;
        }
        var failure = mock.failure();
        if (failure != null) {
            throw Exceptions.create(failure);
        }
        var reply = mock.reply();
        if (reply != null) {
            var body = content.of(reply.body(), reply.bodyFile());
            if (body != null) {
                message.setBody(body);
            }
            reply.headers().forEach(message::setHeader);
        }
    }

    private static Map<String, Object> nonNull(Map<String, Object> headers) {
        var copy = new HashMap<>(headers);
        copy.values().removeIf(Objects::isNull);
        return copy;
    }

    private final class Caught extends DefaultInterceptSendToEndpoint {

        private final String uri;
        private final RouteTest.@Nullable Mock mock;

        Caught(Endpoint endpoint, RouteTest.@Nullable Mock mock) {
            super(endpoint, true);
            this.uri = endpoint.getEndpointUri();
            this.mock = mock;
            setBefore(exchange -> answer(exchange, uri, mock));
        }

        /** For {@code pollEnrich}: the mock's reply, once a poll. */
        @Override
        public PollingConsumer createPollingConsumer() {
            return new EventDrivenPollingConsumer(this) {
                @Override
                public Exchange receive() {
                    var exchange = getEndpoint().createExchange();
                    try {
                        answer(exchange, uri, mock);
                    } catch (Exception failing) {
                        exchange.setException(failing);
                    }
                    return exchange;
                }

                @Override
                public Exchange receive(long timeout) {
                    return receive();
                }

                @Override
                public Exchange receiveNoWait() {
                    return receive();
                }

                @Override
                protected void doStart() {}

                @Override
                protected void doStop() {}
            };
        }
    }
}
