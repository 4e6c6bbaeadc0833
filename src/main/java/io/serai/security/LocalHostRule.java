// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Turns away requests that were meant for another host.
 *
 * <p>A web page can have its own name resolve to 127.0.0.1 and then counts as the same origin (DNS rebinding). Its
 * requests still carry that name in {@code Host}.
 */
final class LocalHostRule implements RequestRule {

    private static final Problem MISDIRECTED = Problem.of(
            421,
            "misdirected-request",
            "The Host header names another host. Use localhost, or add the name to serai.security.allowed-hosts.");

    private final Set<String> allowed = new HashSet<>(Set.of("localhost", "127.0.0.1", "[::1]"));

    LocalHostRule(List<String> allowedHosts) {
        for (var host : allowedHosts) {
            allowed.add(host.strip().toLowerCase(Locale.ROOT));
        }
    }

    @Override
    public Optional<Problem> refuse(HttpServletRequest request) {
        return allowed.contains(Authority.nameOf(request)) ? Optional.empty() : Optional.of(MISDIRECTED);
    }
}
