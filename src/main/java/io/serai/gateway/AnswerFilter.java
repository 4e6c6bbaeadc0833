// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway;

import io.serai.http.ProblemWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Delivers {@link PendingAnswer pending answers} once every other filter is through with the response. */
final class AnswerFilter extends HttpFilter {

    private final transient ProblemWriter problems;

    AnswerFilter(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        chain.doFilter(request, response);
        PendingAnswer.deliver(request, response, problems);
    }
}
