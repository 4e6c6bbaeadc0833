// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.gate.RoutesAwaited;
import io.serai.http.ProblemWriter;
import io.serai.message.Unavailable;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Answers 503 with {@code Retry-After} between the opening of the port and the start of the routes, in place of 404 for
 * paths that are about to be there, and of taking events that no subscription is there to hear.
 */
final class StartFilter extends OncePerRequestFilter {

    private final RoutesAwaited routes;
    private final ProblemWriter problems;
    private volatile boolean started;

    StartFilter(RoutesAwaited routes, ProblemWriter problems) {
        this.routes = routes;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        started = started || routes.areStarted();
        if (started) {
            chain.doFilter(request, response);
        } else {
            problems.write(request, response, new Unavailable("answering request: the hub is starting, try again"));
        }
    }
}
