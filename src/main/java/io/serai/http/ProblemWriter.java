// SPDX-License-Identifier: Apache-2.0
package io.serai.http;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

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

    private static final int MAX_CAUSES = 20;

    private final ObjectMapper json;
    private final SecretValues secrets;
    private final ProblemReader reader;

    public ProblemWriter(ObjectMapper json, SecretValues secrets, ProblemReader reader) {
        this.json = json;
        this.secrets = secrets;
        this.reader = reader;
    }

    /** Answers with the problem that the failure stands for; with nothing where the client is gone. */
    public void write(HttpServletRequest request, HttpServletResponse response, Throwable failure) {
        if (!isClientGone(failure)) {
            write(request, response, reader.read(failure), failure);
        }
    }

    public void write(HttpServletRequest request, HttpServletResponse response, Problem problem) {
        write(request, response, problem, null);
    }

    /**
     * Answers with a problem that the caller chose.
     *
     * @param failure for the log, where the hub is at fault
     */
    public void write(
            HttpServletRequest request, HttpServletResponse response, Problem problem, @Nullable Throwable failure) {
        var path = path(request);
        var traceId = EventIds.next();
        log(problem, request, path, traceId, failure);
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

    /** Whether the response is no longer there. A client that ended its body early may still read: that is a 400. */
    private static boolean isClientGone(Throwable failure) {
        @Nullable Throwable each = failure;
        for (int depth = 0; each != null && depth < MAX_CAUSES; depth++) {
            if (each instanceof AsyncRequestNotUsableException) {
                return true;
            }
            each = each.getCause();
        }
        return false;
    }

    private static void log(
            Problem problem, HttpServletRequest request, String path, String traceId, @Nullable Throwable failure) {
        if (problem.status() == HttpServletResponse.SC_INTERNAL_SERVER_ERROR) {
            LOG.error(
                    "answering {} {} failed, please report traceId={} {}",
                    Text.oneLine(request.getMethod()),
                    path,
                    traceId,
                    failure == null ? "" : Text.stackTrace(failure));
        } else {
            LOG.debug("refused path={} type={} traceId={}", path, problem.type(), traceId);
        }
    }

    private void send(HttpServletResponse response, Problem problem, String path, String traceId) throws IOException {
        var body = json.writeValueAsBytes(body(problem, path, traceId));
        response.resetBuffer();
        response.setStatus(problem.status());
        problem.headers().forEach(response::setHeader);
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
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

    /** Percent-encoded as it came, so it is a URI; empty where the server could not read it. The query may hold secrets. */
    private static String path(HttpServletRequest request) {
        var failed = request.getAttribute(jakarta.servlet.RequestDispatcher.ERROR_REQUEST_URI);
        return Text.oneLine(failed instanceof String uri ? uri : request.getRequestURI());
    }
}
