// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.gateway.problem.BodyTooLarge;
import io.serai.http.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/**
 * Bounds the body of every request in size and time, for controllers and routes alike.
 *
 * <p>A declared length is judged before a byte is read; a body without one (chunked) fails with {@link BodyTooLarge} at the
 * byte beyond.
 */
final class BodyLimitFilter extends HttpFilter {

    private final transient ProblemWriter problems;
    private final long limit;
    private final transient Duration timeout;
    private final transient BodyReads reads;

    BodyLimitFilter(ProblemWriter problems, long limit, Duration timeout, BodyReads reads) {
        this.problems = problems;
        this.limit = limit;
        this.timeout = timeout;
        this.reads = reads;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var declared = request.getContentLengthLong();
        if (declared > limit) {
            problems.write(request, response, new BodyTooLarge(limit));
        } else if (declared <= 0 && request.getHeader("Transfer-Encoding") == null) {
            chain.doFilter(request, response);
        } else {
            chain.doFilter(new BoundedRequest(request, limit, timeout, reads), response);
            if (!request.isAsyncStarted()) {
                skipRest(request);
            }
        }
    }

    private void skipRest(HttpServletRequest request) throws IOException {
        try {
            if (!request.getInputStream().isFinished()) {
                reads.skip(request.getInputStream());
            }
        } catch (IOException | IllegalStateException goneOrReadAsText) {
            // it is answered already, and its connection is closed
        }
    }
}
