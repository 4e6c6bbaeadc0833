// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.problem;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.EventIds;
import io.serai.message.Invalid;
import io.serai.message.SecretValues;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes problems to the response, whatever the request accepts; a client of a stream is told to {@link StreamRetry connect
 * again} where it may.
 *
 * <p>A problem fits the response's buffer, so writing it never waits for the client. Failures of the hub itself (500) are
 * logged as ERROR with the {@code traceId} that the client is told. Secrets are masked. Thread-safe.
 */
public final class ProblemWriter {

    private static final Logger LOG = LoggerFactory.getLogger(ProblemWriter.class);

    /** A batch may be wrong in every attribute; more than these help nobody. */
    private static final int MAX_ERRORS = 100;

    private final ObjectMapper json;
    private final SecretValues secrets;

    public ProblemWriter(ObjectMapper json, SecretValues secrets) {
        this.json = json;
        this.secrets = secrets;
    }

    /** Answers with the problem that the failure stands for; with nothing where the client is gone. */
    public void write(HttpServletRequest request, HttpServletResponse response, Throwable failure) {
        if (Problems.isClientGone(failure)) {
            return;
        }
        write(request, response, failure, Problems.of(failure));
    }

    void write(HttpServletRequest request, HttpServletResponse response, Throwable failure, Problem problem) {
        var path = path(request);
        var traceId = EventIds.next();
        if (problem.status() == HttpServletResponse.SC_INTERNAL_SERVER_ERROR && LOG.isErrorEnabled()) {
            LOG.error(
                    "answering {} {} failed, please report traceId={} {}",
                    Text.oneLine(request.getMethod()),
                    Text.oneLine(path),
                    traceId,
                    Text.stackTrace(failure));
        }
        if (response.isCommitted()) {
            return;
        }
        try {
            if (StreamRetry.isFor(request, problem)) {
                StreamRetry.send(response, problem, shown(problem.detail()));
            } else {
                send(response, problem, path, traceId);
            }
        } catch (IOException clientGone) {
            LOG.debug("answering a problem: client is gone", clientGone);
        }
    }

    private void send(HttpServletResponse response, Problem problem, String path, String traceId) throws IOException {
        var body = json.writeValueAsBytes(body(problem, path, traceId));
        response.resetBuffer();
        response.setStatus(problem.status());
        problem.headers().forEach(response::setHeader);
        response.setHeader("Cache-Control", "no-store");
        response.setContentType("application/problem+json");
        response.setContentLength(body.length);
        if (body.length > response.getBufferSize()) {
            response.setBufferSize(body.length);
        }
        try {
            response.getOutputStream().write(body);
        } catch (IllegalStateException writerInUse) {
            response.getWriter().write(new String(body, StandardCharsets.UTF_8));
        }
    }

    private Map<String, Object> body(Problem problem, String path, String traceId) {
        var body = new LinkedHashMap<String, Object>();
        body.put("type", "/problems/" + problem.type());
        body.put("title", problem.title());
        body.put("status", problem.status());
        body.put("detail", shown(problem.detail()));
        body.put("instance", path);
        if (!problem.errors().isEmpty()) {
            body.put("errors", errors(problem.errors()));
        }
        body.putAll(problem.more());
        body.put("traceId", traceId);
        return body;
    }

    private List<Invalid.Field> errors(List<Invalid.Field> errors) {
        return errors.stream()
                .limit(MAX_ERRORS)
                .map(each -> new Invalid.Field(shown(each.name()), shown(each.detail())))
                .toList();
    }

    private String shown(String text) {
        return Text.oneLine(secrets.mask(text));
    }

    /** Percent-encoded as it came, so it is a URI; the query may hold secrets and is left out. */
    private static String path(HttpServletRequest request) {
        var failed = request.getAttribute(jakarta.servlet.RequestDispatcher.ERROR_REQUEST_URI);
        return Text.oneLine(failed instanceof String uri ? uri : request.getRequestURI());
    }
}
