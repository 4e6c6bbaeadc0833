// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
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
    private static final Refusal MALFORMED = new Refusal(
            400, "malformed-request", "Malformed request", "The request line or a header is not valid HTTP.");
    private static final Refusal URI_TOO_LONG =
            new Refusal(414, "uri-too-long", "URI too long", "The request line is longer than the hub accepts.");
    private static final Refusal HEADERS_TOO_LARGE = new Refusal(
            431,
            "headers-too-large",
            "Request header fields too large",
            "The headers are larger in all, or more of them, than the hub accepts.");

    private final Refusals refusals;

    ConnectorErrors(Refusals refusals) {
        this.refusals = refusals;
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
        try {
            write(response, refusal(request, response.getStatus(), cause));
        } catch (IOException e) {
            container.getLogger().debug("the client went away before it was told what is wrong", e);
        }
    }

    private void write(Response response, Refusal refusal) throws IOException {
        response.setStatus(refusal.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("X-Content-Type-Options", "nosniff");
        var writer = response.getReporter();
        if (writer != null) {
            writer.write(refusals.body(refusal));
            response.finishResponse();
        }
    }

    private static Refusal refusal(Request request, int status, @Nullable Throwable cause) {
        if (status != 400) {
            return new Refusal(status, "http-" + status, "HTTP status " + status, "The request was not served.");
        }
        if (cause != null && TOO_LARGE.equals(cause.getMessage())) {
            return StringUtils.hasText(request.getCoyoteRequest().requestURI().toString())
                    ? HEADERS_TOO_LARGE
                    : URI_TOO_LONG;
        }
        // Too many headers; the only one of its kind while Tomcat parses
        return cause instanceof IllegalStateException ? HEADERS_TOO_LARGE : MALFORMED;
    }
}
