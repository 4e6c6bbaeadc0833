// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import jakarta.servlet.DispatcherType;
import java.util.List;
import org.springframework.boot.actuate.autoconfigure.security.servlet.EndpointRequest;
import org.springframework.boot.actuate.health.HealthEndpoint;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AuthorizeHttpRequestsConfigurer;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;
import org.springframework.security.web.util.matcher.AndRequestMatcher;
import org.springframework.security.web.util.matcher.RequestMatcher;

/**
 * Which role a call needs once there are users; the first line that matches decides.
 *
 * <p>What is not named is not open by accident: reading under {@code /api} needs {@code reader}, any other change there
 * {@code operator}; all other paths but those of the hub's own pages are denied. A new service of a route is opened to
 * clients by {@code serai.security.service-paths}.
 */
final class AccessRules
        implements Customizer<
                AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry> {

    private static final String METRICS = Role.METRICS.name();
    private static final String READER = Role.READER.name();
    private static final String CLIENT = Role.CLIENT.name();
    private static final String OPERATOR = Role.OPERATOR.name();
    private static final String EDITOR = Role.EDITOR.name();

    private static final RequestMatcher READING = request -> !RequestRule.changesState(request);

    private final RequestMatcher[] services;

    /** @param servicePaths Spring path patterns */
    AccessRules(List<String> servicePaths) {
        services = servicePaths.stream().map(AccessRules::path).toArray(RequestMatcher[]::new);
    }

    @Override
    public void customize(
            AuthorizeHttpRequestsConfigurer<HttpSecurity>.AuthorizationManagerRequestMatcherRegistry calls) {
        // The error page of a call is /error with the method of that call, which would need operator
        calls.dispatcherTypeMatchers(DispatcherType.ERROR).permitAll();
        calls.requestMatchers(EndpointRequest.to(HealthEndpoint.class)).permitAll();
        calls.requestMatchers(EndpointRequest.to("prometheus")).hasRole(METRICS);
        calls.requestMatchers(EndpointRequest.to("metrics", "info")).hasRole(READER);
        calls.requestMatchers(EndpointRequest.toAnyEndpoint(), EndpointRequest.toLinks())
                .hasRole(OPERATOR);

        calls.requestMatchers(path(HttpMethod.POST, "/api/events/**")).hasRole(CLIENT);
        for (var control : List.of("start", "stop", "suspend", "resume")) {
            calls.requestMatchers(path(HttpMethod.POST, "/api/routes/{id}/" + control))
                    .hasRole(OPERATOR);
        }
        calls.requestMatchers(reading(path("/api/routes/**"))).hasRole(READER);
        calls.requestMatchers(path("/api/routes/**")).hasRole(EDITOR);
        calls.requestMatchers(reading(path("/api/route-files/**"))).hasRole(READER);
        // to check a route is to run a part of it
        calls.requestMatchers(path("/api/route-files/**")).hasRole(EDITOR);
        for (var service : services) {
            calls.requestMatchers(reading(service)).hasAnyRole(READER, CLIENT);
            calls.requestMatchers(service).hasRole(CLIENT);
        }
        calls.requestMatchers(reading(path("/api/**"))).hasRole(READER);
        calls.requestMatchers(reading(path("/v3/**"))).hasRole(READER);
        calls.requestMatchers(path("/api/**")).hasRole(OPERATOR);
        // it says only where to look, and tells a person who has no login yet that one is needed
        calls.requestMatchers(reading(path("/"))).permitAll();
        for (var page : OwnPages.PATHS) {
            calls.requestMatchers(reading(path(page))).hasAnyRole(READER, CLIENT);
        }
        calls.anyRequest().denyAll();
    }

    private static RequestMatcher path(String pattern) {
        return PathPatternRequestMatcher.withDefaults().matcher(pattern);
    }

    private static RequestMatcher path(HttpMethod method, String pattern) {
        return PathPatternRequestMatcher.withDefaults().matcher(method, pattern);
    }

    private static RequestMatcher reading(RequestMatcher path) {
        return new AndRequestMatcher(READING, path);
    }
}
