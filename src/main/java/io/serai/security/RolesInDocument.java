// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.core.Ordered;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.web.access.WebInvocationPrivilegeEvaluator;

/**
 * Writes into the description of the HTTP surface that a login is needed, and the roles of which one suffices.
 *
 * <p>The roles are found by asking the access rules, so that nothing is told twice. Comes last: it asks for every operation.
 */
final class RolesInDocument implements OpenApiCustomizer, Ordered {

    private static final String LOGIN = "login";

    private final Accounts accounts;
    private final WebInvocationPrivilegeEvaluator rules;

    RolesInDocument(Accounts accounts, WebInvocationPrivilegeEvaluator rules) {
        this.accounts = accounts;
        this.rules = rules;
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void customise(OpenAPI document) {
        if (accounts.isEmpty()) {
            // nothing is required, which is another thing than not to say what is
            document.addSecurityItem(new SecurityRequirement());
            return;
        }
        document.getComponents()
                .addSecuritySchemes(
                        LOGIN,
                        new SecurityScheme()
                                .type(SecurityScheme.Type.HTTP)
                                .scheme("basic")
                                .description("A user of serai.security.users, with one of the roles named"));
        document.getPaths()
                .forEach((path, item) -> item.readOperationsMap()
                        .forEach((method, operation) -> operation.setSecurity(roles(method, path))));
    }

    private List<SecurityRequirement> roles(HttpMethod method, String path) {
        var uri = path.replaceAll("\\{[^}]*}", "x");
        var allowed = Arrays.stream(Role.values())
                .filter(role -> rules.isAllowed("", uri, method.name(), user(role)))
                .collect(Collectors.toSet());
        return allowed.stream()
                .sorted()
                .filter(role -> Collections.disjoint(role.included(), allowed))
                .map(role -> new SecurityRequirement().addList(LOGIN, role.key()))
                .toList();
    }

    private static UsernamePasswordAuthenticationToken user(Role role) {
        return UsernamePasswordAuthenticationToken.authenticated(role.key(), "", Role.authorities(Set.of(role)));
    }
}
