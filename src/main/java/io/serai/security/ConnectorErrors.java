// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import io.serai.http.Problem;
import io.serai.http.ProblemWriter;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.util.StringUtils;

/**
 * Answers with problem details where Tomcat itself finds a request wrong, before any filter sees it; Tomcat's own page
 * is HTML.
 *
 * <p>Tomcat 10.1 answers 400 to a request line or headers beyond {@code server.max-http-request-header-size}. They become
 * 414 and 431 here, told apart by Tomcat's own message.
 */
final class ConnectorErrors extends ErrorReportValve {

    private static final String TOO_LARGE =
            StringManager.getManager("org.apache.coyote.http11").getString("iib.requestheadertoolarge.error");
    private static final Problem MALFORMED =
            Problem.of(400, "malformed-request", "The request line or a header is not valid HTTP.");
    private static final Problem URI_TOO_LONG = Problem.of(414);
    private static final Problem HEADERS_TOO_LARGE = Problem.of(431);

    private final ProblemWriter problems;

    ConnectorErrors(ProblemWriter problems) {
        this.problems = problems;
    }

    @Override
    protected void report(Request request, Response response, @Nullable Throwable cause) {
        if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        var writable = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, writable);
        if (!writable.get()) {
            return;
        }
        problems.write(request, response, problem(request, response.getStatus(), cause), cause);
        try {
            response.finishResponse();
        } catch (IOException e) {
            container.getLogger().debug("the client went away before it was told what is wrong", e);
        }
    }

    private static Problem problem(Request request, int status, @Nullable Throwable cause) {
        if (status != 400) {
            return Problem.of(status);
        }
        if (cause != null && TOO_LARGE.equals(cause.getMessage())) {
            return StringUtils.hasText(request.getRequestURI()) ? HEADERS_TOO_LARGE : URI_TOO_LONG;
        }
        // Too many headers; the only one of its kind while Tomcat parses
        return cause instanceof IllegalStateException ? HEADERS_TOO_LARGE : MALFORMED;
    }
}
