// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.bus.BusProperties;
import io.serai.bus.Parking;
import io.serai.bus.RetryNames;
import io.serai.message.Invalid;
import io.serai.message.Printable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.component.file.GenericFileConsumer;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.PatternHelper;
import org.apache.camel.support.RoutePolicySupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives a route that names a retry policy as its {@code routeConfigurationId} what that asks for: what it fails on is
 * parked and tried again. Made by the hub, so that no file can lose it.
 *
 * <p>A name that neither a retry policy nor a {@code routeConfiguration} has keeps the route from starting, as does a
 * policy where somebody waits for the outcome.
 */
final class RouteParking implements RoutePolicyFactory {

    private static final Logger LOG = LoggerFactory.getLogger(RouteParking.class);

    /** Where an exchange carries the policy by which the queue it came from parks it. */
    static final String QUEUE_POLICY = "SeraiRetryPolicy";

    private static final String QUEUE = "spring-rabbitmq";
    private static final String CALLED = "its caller gets the error, and tries again or not";
    private static final Map<String, String> REFUSED = Map.of(
            "event", "name the policy as its option retry",
            "direct", CALLED,
            "platform-http", CALLED,
            "rest", CALLED,
            "rest-openapi", CALLED,
            "servlet", CALLED);

    private final RetryNames names;
    private final Parking parking;
    private final BusProperties properties;

    RouteParking(RetryNames names, Parking parking, BusProperties properties) {
        this.names = names;
        this.parking = parking;
        this.properties = properties;
    }

    @Override
    public @Nullable RoutePolicy createRoutePolicy(CamelContext camel, String routeId, NamedNode node) {
        if (!(node instanceof RouteDefinition route)) {
            return null;
        }
        var scheme = scheme(camel, route);
        var policy = policyOf(camel, routeId, route, scheme);
        if (policy == null) {
            return new OfFile();
        }
        return scheme.equals(QUEUE) ? new OfQueue(policy) : new ParkInput(policy, parking, properties);
    }

    /**
     * The same for tests of routes: a route that names a policy has its tries in place, and its consumer takes an input that
     * it fails on for done; nothing is parked.
     *
     * @param uris URI a route begins with in the hub, by its id
     */
    RoutePolicyFactory played(UnaryOperator<String> uris) {
        return (camel, routeId, node) -> {
            if (!(node instanceof RouteDefinition route)) {
                return null;
            }
            var scheme = uris.apply(routeId).split(":", 2)[0];
            var policy = policyOf(camel, routeId, route, scheme);
            return policy == null || scheme.equals(QUEUE) ? null : new Played(properties.immediateRetries());
        };
    }

    private @Nullable String policyOf(CamelContext camel, String routeId, RouteDefinition route, String scheme) {
        var policies = route.getRouteConfigurationId() == null ? List.<String>of() : policies(camel, routeId, route);
        if (policies.isEmpty()) {
            return null;
        }
        if (policies.size() > 1) {
            throw new Invalid("starting route " + routeId + ": " + policies + " are two retry policies; name one");
        }
        var policy = policies.get(0);
        if (REFUSED.containsKey(scheme)) {
            throw new Invalid("starting route " + routeId + ": it begins with " + scheme
                    + ": and cannot have the retry policy '" + policy + "': " + REFUSED.get(scheme));
        }
        return policy;
    }

    private List<String> policies(CamelContext camel, String routeId, RouteDefinition route) {
        Set<String> applied = Objects.requireNonNullElse(route.getAppliedRouteConfigurationIds(), Set.of());
        var ids = camel.resolvePropertyPlaceholders(route.getRouteConfigurationId());
        var policies = Arrays.stream(ids.split(","))
                .map(String::trim)
                .filter(id -> !id.endsWith("*"))
                .filter(id -> applied.stream().noneMatch(each -> PatternHelper.matchPattern(each, id)))
                .toList();
        policies.forEach(policy -> check(policy, routeId));
        return policies;
    }

    private void check(String policy, String routeId) {
        try {
            names.check(policy);
        } catch (Invalid unknown) {
            throw new Invalid("starting route " + routeId + ": there is no routeConfiguration '" + policy
                    + "', and as a retry policy: " + unknown.getMessage());
        }
    }

    private static String scheme(CamelContext camel, RouteDefinition route) {
        var uri = route.getInput() == null ? null : route.getInput().getEndpointUri();
        return uri == null ? "" : camel.resolvePropertyPlaceholders(uri).split(":", 2)[0];
    }

    /** Other consumers say what failed; that of files says only that it did. */
    private static final class OfFile extends RoutePolicySupport {

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            if (!(route.getConsumer() instanceof GenericFileConsumer)) {
                return;
            }
            var failure = FailedAt.failure(exchange);
            if (failure != null) {
                LOG.warn(
                        "route failed on a file routeId={} file={} cause={}",
                        route.getRouteId(),
                        Printable.of(exchange.getMessage().getHeader(Exchange.FILE_NAME, String.class)),
                        Printable.of(failure.cause().toString()));
            }
        }
    }

    /** {@link ParkInput} without parking. */
    private static final class Played extends RoutePolicySupport {

        private final int retries;

        Played(int retries) {
            this.retries = retries;
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            if (route.getRouteId().equals(exchange.getFromRouteId())) {
                ImmediateRetries.allow(exchange, retries);
            }
        }

        @Override
        public void onExchangeDone(Route route, Exchange exchange) {
            var failure = route.getRouteId().equals(exchange.getFromRouteId()) ? FailedAt.failure(exchange) : null;
            if (failure != null) {
                FailedAt.parked(exchange, failure.cause());
            }
        }
    }

    /** Its queue takes what failed back, so that alone is parked, by that policy. */
    private static final class OfQueue extends RoutePolicySupport {

        private final String policy;

        OfQueue(String policy) {
            this.policy = policy;
        }

        @Override
        public void onExchangeBegin(Route route, Exchange exchange) {
            exchange.setProperty(QUEUE_POLICY, policy);
        }
    }
}
