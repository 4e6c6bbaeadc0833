// SPDX-License-Identifier: Apache-2.0
package io.serai.embedded;

import io.serai.message.Unavailable;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Refuses requests that change something while the disk is nearly full; reading goes on. */
final class DiskFilter extends OncePerRequestFilter {

    private static final Set<String> CHANGING = Set.of("POST", "PUT", "PATCH", "DELETE");

    private final DiskSpace disk;
    private final HandlerExceptionResolver problems;

    DiskFilter(DiskSpace disk, HandlerExceptionResolver problems) {
        this.disk = disk;
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!disk.isNearlyFull() || !CHANGING.contains(request.getMethod())) {
            chain.doFilter(request, response);
            return;
        }
        var refusal = new Unavailable("storing the request: " + disk.state()
                + ", free some room on the hub's disk and try again, the hub goes on by itself");
        if (problems.resolveException(request, response, null, refusal) == null) {
            response.sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE, refusal.getMessage());
        }
    }
}
