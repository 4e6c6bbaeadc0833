// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.http.MediaType;

/**
 * Who may use the hub, and what a browser may send to it ({@code serai.security.*}).
 *
 * <p>Nothing here carries a validation annotation: Spring Boot would print the rejected value, which may be a password.
 * The types made from these lists check them and refuse the start instead.
 *
 * @param users who may log in; none means everybody on this machine, and on this machine only
 * @param usersFile a file of more users, read again when it changes; empty for none
 * @param allowedHosts names besides {@code localhost}, {@code 127.0.0.1} and {@code [::1]} that a {@code Host} header may
 *     carry, without port; checked when there are no users, or when this list is not empty
 * @param allowedOrigins origins of other web pages that may call the hub, as in {@code https://pages.example.com}
 * @param servicePaths paths whose calls need only the role {@code client}, as Spring path patterns
 * @param contentTypes what a call that changes something may carry, besides CloudEvents in binary mode; never a type
 *     that the form of a web page can send
 * @param maxConnectionsPerAddress connections that one address may have open, 1 or more; a proxy is one address
 */
@ConfigurationProperties("serai.security")
record AccessProperties(
        @DefaultValue List<User> users,
        @DefaultValue("") String usersFile,
        @DefaultValue List<String> allowedHosts,
        @DefaultValue List<String> allowedOrigins,

        @DefaultValue({"/api/users/**", "/api/fulfilment/**"})
        List<String> servicePaths,

        @DefaultValue({"application/json", "application/*+json"})
        List<MediaType> contentTypes,

        @DefaultValue("1024") int maxConnectionsPerAddress) {

    /**
     * One who may log in.
     *
     * @param name up to 64 characters, no colon
     * @param password a bcrypt hash, with or without {@code {bcrypt}} before it
     * @param roles {@code metrics}, {@code reader}, {@code client}, {@code operator}, {@code editor}
     */
    record User(
            @Nullable String name,
            @Nullable String password,
            @DefaultValue List<String> roles) {

        /** Without the password. */
        @Override
        public String toString() {
            return "User[name=" + name + ", roles=" + roles + "]";
        }
    }
}
