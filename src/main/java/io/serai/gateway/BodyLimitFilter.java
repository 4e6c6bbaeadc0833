// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.problem.BodyTooLarge;
import io.serai.gateway.problem.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Bounds the body of every request, for controllers and routes alike.
 *
 * <p>A declared length is judged before a byte is read; a body without one (chunked) fails with {@link BodyTooLarge} at the
 * byte beyond.
 */
final class BodyLimitFilter extends HttpFilter {

    private final transient ProblemWriter problems;
    private final long limit;

    BodyLimitFilter(ProblemWriter problems, long limit) {
        this.problems = problems;
        this.limit = limit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var declared = request.getContentLengthLong();
        if (declared > limit) {
            problems.write(request, response, new BodyTooLarge(limit));
        } else if (declared >= 0 || request.getHeader("Transfer-Encoding") == null) {
            // the container never hands out more than was declared
            chain.doFilter(request, response);
        } else {
            chain.doFilter(new BoundedRequest(request, limit), response);
        }
    }
}
