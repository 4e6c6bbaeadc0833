// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import io.serai.http.ProblemWriter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.RequestRejectedHandler;

/** Says no in problem details where Spring Security would answer with an empty body or a page. */
final class Doorkeeper implements AuthenticationEntryPoint, AccessDeniedHandler, RequestRejectedHandler {

    private static final Problem UNAUTHORIZED =
            Problem.of(401, "unauthorized", "Send name and password of a user of the hub by HTTP Basic.");
    private static final Problem FORBIDDEN = Problem.of(
            403,
            "forbidden",
            "None of your roles allows this. Prometheus needs metrics, reading reader, publishing and calling services client, running the hub"
                    + " operator, changing routes editor (serai.security.users).");
    private static final Problem BUSY = Problem.of(
            429,
            "too-many-logins",
            "Too many passwords of this name and address wait to be checked, or were wrong. Try again in a minute.");
    private static final Problem REJECTED = Problem.of(
            400,
            "malformed-request",
            "The request line or a parameter name holds something that is never served: an unknown method, an encoded"
                    + " slash, percent sign or control character, a semicolon, a backslash, // or a path that climbs with ..");

    private final ProblemWriter problems;

    Doorkeeper(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException cause)
            throws IOException {
        if (cause instanceof LoginsBusy) {
            response.setHeader(HttpHeaders.RETRY_AFTER, "60");
            problems.write(request, response, BUSY);
            return;
        }
        response.setHeader(HttpHeaders.WWW_AUTHENTICATE, "Basic realm=\"serai\", charset=\"UTF-8\"");
        problems.write(request, response, UNAUTHORIZED);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException cause)
            throws IOException {
        problems.write(request, response, FORBIDDEN);
    }

    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, RequestRejectedException cause)
            throws IOException {
        problems.write(request, response, REJECTED);
    }
}
