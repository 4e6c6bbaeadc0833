// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.ProblemWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.apache.catalina.core.StandardHost;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementServerProperties;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.web.ServerProperties;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.annotation.web.configurers.CorsConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.crypto.bcrypt.BCryptPasswordEncoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.WebInvocationPrivilegeEvaluator;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.security.web.header.HeaderWriterFilter;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;

/** Puts the checks together: the connector's errors, the firewall, the rules for browsers, login, roles. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
class SecurityConfiguration {

    @Bean
    Users users(AccessProperties access) {
        var file = access.usersFile();
        return new Users(access.users(), file.isBlank() ? null : new UsersFile(Path.of(file)));
    }

    /** Checks the addresses before a port is opened: the filter chain, which needs it, is made with the server. */
    @Bean
    LoopbackOnly loopbackOnly(
            Users users,
            ServerProperties server,
            ObjectProvider<ManagementServerProperties> management,
            Environment environment) {
        var loopbackOnly = new LoopbackOnly(users.get());
        loopbackOnly.check("server.address", server.getAddress());
        if (ManagementPortType.get(environment) == ManagementPortType.DIFFERENT) {
            management.ifAvailable(own -> loopbackOnly.check("management.server.address", own.getAddress()));
        }
        loopbackOnly.announce();
        RootPathOnly.check(environment);
        return loopbackOnly;
    }

    @Bean
    Logins logins(Users users, Clock clock) {
        return new Logins(users, new BCryptPasswordEncoder(), new FailedLogins(clock), clock);
    }

    @Bean
    Doorkeeper doorkeeper(ProblemWriter problems) {
        return new Doorkeeper(problems);
    }

    /**
     * Rejects paths that hide where they lead. Header values are left to Tomcat, which refuses line breaks and NUL: the
     * firewall would refuse some letters in UTF-8 and not others, and only when the header is read.
     */
    @Bean
    StrictHttpFirewall httpFirewall() {
        var firewall = new StrictHttpFirewall();
        firewall.setAllowedHeaderValues(value -> true);
        return firewall;
    }

    /** Timing each filter made a seventh of all garbage under load; the request as a whole is timed anyway. */
    @Bean
    SecurityObservationSettings withoutTimingEachFilter() {
        return SecurityObservationSettings.noObservations();
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> connectorErrors(ProblemWriter problems) {
        return factory -> factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(ConnectorErrors.class.getName());
                host.getPipeline().addValve(new ConnectorErrors(problems));
            }
        });
    }

    @Bean
    WebServerFactoryCustomizer<TomcatServletWebServerFactory> slowClients(AccessProperties access) {
        if (access.maxConnectionsPerAddress() < 1) {
            throw new StartRefused("serai.security.max-connections-per-address is less than 1.", "Give 1 or more.");
        }
        return factory -> {
            factory.setProtocol(LimitedConnections.class.getName());
            factory.addEngineValves(new UnreadBodies());
            factory.addConnectorCustomizers(connector -> {
                // bodies are bytes: Tomcat would read a form as soon as somebody asks for a parameter
                connector.setParseBodyMethods("");
                if (connector.getProtocolHandler() instanceof LimitedConnections http) {
                    // who is refused before the body is read is told before the body is sent
                    http.setContinueResponseTiming("onRead");
                    http.setMostPerAddress(access.maxConnectionsPerAddress());
                }
            });
        };
    }

    @Bean
    SecurityFilterChain accessRules(
            HttpSecurity http,
            AccessProperties access,
            Users users,
            LoopbackOnly loopbackOnly,
            Logins logins,
            ProblemWriter problems,
            Doorkeeper doorkeeper,
            Clock clock)
            throws Exception {
        http.csrf(AbstractHttpConfigurer::disable)
                .formLogin(AbstractHttpConfigurer::disable)
                .logout(AbstractHttpConfigurer::disable)
                .requestCache(AbstractHttpConfigurer::disable)
                .sessionManagement(session -> session.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
                .headers(new SecurityHeaders())
                .cors(cors(access.allowedOrigins()))
                .addFilterAfter(new AuditLog(access.servicePaths(), clock), HeaderWriterFilter.class)
                .addFilterAfter(new RequestRules(rules(access, users.get()), problems), AuditLog.class);
        if (users.get().isEmpty()) {
            http.authorizeHttpRequests(calls -> calls.anyRequest().permitAll());
        } else {
            http.authenticationProvider(logins)
                    .httpBasic(basic -> basic.authenticationEntryPoint(doorkeeper))
                    .exceptionHandling(refused ->
                            refused.authenticationEntryPoint(doorkeeper).accessDeniedHandler(doorkeeper))
                    .authorizeHttpRequests(new AccessRules(access.servicePaths()));
        }
        return http.build();
    }

    /** Lazy, since the rules belong to the filter chain, which is made with the server. */
    @Bean
    OpenApiCustomizer rolesInDocument(Users users, @Lazy WebInvocationPrivilegeEvaluator rules) {
        return new RolesInDocument(users.get(), rules);
    }

    private static List<RequestRule> rules(AccessProperties access, Accounts accounts) {
        var rules = new ArrayList<RequestRule>();
        if (accounts.isEmpty() || !access.allowedHosts().isEmpty()) {
            rules.add(new LocalHostRule(access.allowedHosts()));
        }
        rules.add(new SameOriginRule(access.allowedOrigins()));
        rules.add(new ContentTypeRule(access.contentTypes()));
        return rules;
    }

    /** Pages of the allowed origins may read the answers too; nobody else is told anything. */
    private static Customizer<CorsConfigurer<HttpSecurity>> cors(List<String> origins) {
        if (origins.isEmpty()) {
            return AbstractHttpConfigurer::disable;
        }
        var pages = new CorsConfiguration();
        pages.setAllowedOrigins(origins);
        pages.setAllowedMethods(List.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"));
        pages.addAllowedHeader(CorsConfiguration.ALL);
        pages.setExposedHeaders(List.of(
                "Allow",
                "ETag",
                "Idempotent-Replayed",
                "Link",
                "Location",
                "Retry-After",
                "WWW-Authenticate",
                "traceparent"));
        pages.setAllowCredentials(true);
        var everywhere = new UrlBasedCorsConfigurationSource();
        everywhere.registerCorsConfiguration("/**", pages);
        return cors -> cors.configurationSource(everywhere);
    }
}
