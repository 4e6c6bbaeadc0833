// SPDX-License-Identifier: Apache-2.0
package io.serai.routes.test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.PollingConsumer;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.DefaultInterceptSendToEndpoint;
import org.apache.camel.support.EndpointHelper;
import org.apache.camel.support.EventDrivenPollingConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a route under test and the world: what the route sends to other systems is kept, and answered by the
 * case's mocks. Nothing leaves.
 */
final class Traffic implements EndpointStrategy {

    /** What an endpoint got. */
    record Sent(String endpoint, @Nullable Object body, Map<String, Object> headers, boolean answered) {}

    /** A mock, and how many calls it still answers. */
    private static final class Standing {

        private final RouteTest.Mock mock;
        private final AtomicInteger left;

        Standing(RouteTest.Mock mock) {
            this.mock = mock;
            this.left = new AtomicInteger(mock.times() == null ? -1 : mock.times());
        }

        /** Takes one call upon it, if any are left. */
        boolean takes() {
            return left.getAndUpdate(count -> count > 0 ? count - 1 : count) != 0;
        }
    }

    /** Played by the bench itself, unless a mock says otherwise. */
    private static final Set<String> PLAYED = Set.of("event", "failure", "sql", "file");

    private final CamelContext camel;
    private final List<Standing> mocks;
    private final Content content;
    private final List<Sent> sent = new CopyOnWriteArrayList<>();

    Traffic(CamelContext camel, List<RouteTest.Mock> mocks, Content content) {
        this.camel = camel;
        this.mocks = mocks.stream().map(Standing::new).toList();
        this.content = content;
    }

    List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        var scheme = uri.substring(0, Math.max(0, uri.indexOf(':')));
        var isPlayed = !endpoint.isRemote() || PLAYED.contains(scheme);
        return isPlayed && !hasMock(endpoint.getEndpointUri()) ? endpoint : new Caught(endpoint, isPlayed);
    }

    /** Whether a mock plays the endpoint, be it for some calls only. */
    boolean hasMock(String uri) {
        return mocks.stream().anyMatch(each -> matches(uri, each.mock.endpoint()));
    }

    boolean matches(String uri, String pattern) {
        return EndpointHelper.matchEndpoint(camel, uri, pattern);
    }

    private RouteTest.@Nullable Mock nextOf(String uri) {
        return mocks.stream()
                .filter(each -> matches(uri, each.mock.endpoint()) && each.takes())
                .map(each -> each.mock)
                .findFirst()
                .orElse(null);
    }

    /** Whether a mock has answered, or there is none to. */
    private boolean answer(Exchange exchange, String uri, boolean isPlayed) throws Exception {
        var message = exchange.getMessage();
        var mock = nextOf(uri);
        if (mock == null && isPlayed) {
            return false;
        }
        sent.add(new Sent(uri, content.text(exchange), Map.copyOf(nonNull(message.getHeaders())), mock != null));
        if (mock == null) {
            return true;
        }
        var failure = mock.failure();
        if (failure != null) {
            throw Exceptions.create(failure, exchange, uri, content);
        }
        var reply = mock.reply();
        if (reply != null) {
            var body = content.of(reply.body(), reply.bodyFile());
            if (body != null) {
                message.setBody(body);
            }
            reply.headers().forEach(message::setHeader);
        }
        return true;
    }

    private static Map<String, Object> nonNull(Map<String, Object> headers) {
        var copy = new HashMap<>(headers);
        copy.values().removeIf(Objects::isNull);
        return copy;
    }

    private final class Caught extends DefaultInterceptSendToEndpoint {

        private final boolean isPlayed;

        Caught(Endpoint endpoint, boolean isPlayed) {
            super(endpoint, true);
            this.isPlayed = isPlayed;
            setBefore(exchange -> {
                if (!answer(exchange, endpoint.getEndpointUri(), isPlayed)) {
                    // goes on to the endpoint
                    exchange.setProperty(ExchangePropertyKey.INTERCEPT_SEND_TO_ENDPOINT_WHEN_MATCHED, false);
                }
            });
        }

        /** For {@code pollEnrich}: the mock's reply, once a poll. */
        @Override
        public PollingConsumer createPollingConsumer() throws Exception {
            var played = isPlayed ? getOriginalEndpoint().createPollingConsumer() : null;
            return new EventDrivenPollingConsumer(this) {
                @Override
                public @Nullable Exchange receive() {
                    return poll(played, PollingConsumer::receive);
                }

                @Override
                public @Nullable Exchange receive(long timeout) {
                    return poll(played, original -> original.receive(timeout));
                }

                @Override
                public @Nullable Exchange receiveNoWait() {
                    return poll(played, PollingConsumer::receiveNoWait);
                }

                @Override
                protected void doStart() {
                    ServiceHelper.startService(played);
                }

                @Override
                protected void doStop() {
                    ServiceHelper.stopService(played);
                }
            };
        }

        private @Nullable Exchange poll(
                @Nullable PollingConsumer played, Function<PollingConsumer, @Nullable Exchange> original) {
            var exchange = createExchange();
            try {
                if (!answer(exchange, getEndpointUri(), isPlayed) && played != null) {
                    return original.apply(played);
                }
            } catch (Exception failing) {
                exchange.setException(failing);
            }
            return exchange;
        }
    }
}
