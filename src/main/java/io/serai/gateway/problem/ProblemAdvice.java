// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import io.serai.http.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/**
 * Answers what controllers and Spring MVC throw, as problem details.
 *
 * <p>Writes the response itself instead of returning a body, which would be subject to the {@code Accept} header: a client
 * that accepts only HTML, or sends nonsense there, gets the problem too.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
@RestControllerAdvice
final class ProblemAdvice {

    private final ProblemWriter problems;

    ProblemAdvice(ProblemWriter problems) {
        this.problems = problems;
    }

    @ExceptionHandler(Throwable.class)
    void answer(Throwable failure, HttpServletRequest request, HttpServletResponse response) throws Throwable {
        if (failure instanceof AccessDeniedException || failure instanceof AuthenticationException) {
            // the security filters know whether that is 401 or 403
            throw failure;
        }
        problems.write(request, response, failure);
    }
}
