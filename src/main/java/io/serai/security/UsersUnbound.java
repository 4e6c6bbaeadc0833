// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/** Explains users that are no list; Spring Boot would print the value, which may hold a password. */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class UsersUnbound extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName USERS = ConfigurationPropertyName.of("serai.security.users");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        var name = cause.getName();
        if (!USERS.equals(name) && !USERS.isAncestorOf(name)) {
            return null;
        }
        var property = cause.getProperty();
        var origin = property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
        return new FailureAnalysis(
                name + " is not a list of users" + origin + "; its value is not shown.",
                "Number the users from 0 without a gap, each with name, password and roles: serai.security.users[0].name,"
                        + " or SERAI_SECURITY_USERS_0_NAME as an environment variable.",
                cause);
    }
}
