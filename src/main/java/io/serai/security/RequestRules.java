// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import io.serai.http.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.catalina.Globals;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Keeps web pages of other sites from using the hub through somebody's browser; comes before the login, so that nothing
 * is spent on a request that is turned away.
 */
final class RequestRules extends OncePerRequestFilter {

    /** Tomcat passes over such a parameter, as if it were not there. */
    private static final Problem UNDECODABLE = Problem.of(
            400,
            "malformed-request",
            "A parameter of the query cannot be decoded: each % must be followed by two hexadecimal digits.");

    private final List<RequestRule> rules;
    private final ProblemWriter problems;

    RequestRules(List<RequestRule> rules, ProblemWriter problems) {
        this.rules = List.copyOf(rules);
        this.problems = problems;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        for (var rule : rules) {
            var refusal = rule.refuse(request);
            if (refusal.isPresent()) {
                problems.write(request, response, refusal.get());
                return;
            }
        }
        // The firewall looks at parameter names only when they are read. That must not be in the middle of the work.
        // Those of a form would be read out of the body, which is the data of a CloudEvent in binary mode.
        if (!isForm(request.getContentType())) {
            request.getParameterMap();
            if (request.getAttribute(Globals.PARAMETER_PARSE_FAILED_ATTR) != null) {
                problems.write(request, response, UNDECODABLE);
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static boolean isForm(@Nullable String contentType) {
        var type = contentType == null ? "" : contentType.strip().toLowerCase(Locale.ROOT);
        return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/");
    }
}
