// SPDX-License-Identifier: Apache-2.0
package io.serai.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.serai.message.EventIds;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;

/**
 * Writes refusals as problem details (RFC 9457), where Spring MVC is not yet or no longer there to do it.
 *
 * <pre>{"type":"/problems/foreign-origin","title":"Foreign origin","status":403,"detail":"…","traceId":"0193…"}</pre>
 */
final class Refusals {

    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    private final ObjectMapper json;

    Refusals(ObjectMapper json) {
        this.json = json;
    }

    /** Writes nothing when the answer has begun already. */
    void write(HttpServletResponse response, Refusal refusal) throws IOException {
        if (response.isCommitted()) {
            return;
        }
        var body = body(refusal).getBytes(StandardCharsets.UTF_8);
        response.setStatus(refusal.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    String body(Refusal refusal) throws JsonProcessingException {
        var problem = ProblemDetail.forStatus(refusal.status());
        problem.setType(URI.create("/problems/" + refusal.type()));
        problem.setTitle(refusal.title());
        problem.setDetail(refusal.detail());
        var traceId = EventIds.next();
        problem.setProperty("traceId", traceId);
        LOG.debug("refused a request type={} traceId={}", refusal.type(), traceId);
        return json.writeValueAsString(problem);
    }
}
