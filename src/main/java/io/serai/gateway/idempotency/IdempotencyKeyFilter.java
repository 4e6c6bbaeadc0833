// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import io.serai.gateway.idempotency.KeptAnswers.Claim;
import io.serai.gateway.idempotency.KeptAnswers.Done;
import io.serai.gateway.idempotency.KeptAnswers.Running;
import io.serai.http.Problem;
import io.serai.http.ProblemWriter;
import io.serai.http.Refused;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Runs a POST with an {@code Idempotency-Key} once, and answers those that come again as the first was answered.
 *
 * <p>The key stands for one request of one caller to one path. While that is being run, others of its key are answered 409;
 * with other content, 422. Only a success is kept: after any other answer the request may be tried again.
 *
 * @see <a href="https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/">The Idempotency-Key HTTP Header
 *     Field</a>
 */
final class IdempotencyKeyFilter extends OncePerRequestFilter {

    private static final String HEADER = IdempotencyProperties.HEADER;
    private static final String REPLAYED = "Idempotent-Replayed";

    private static final Pattern KEY = Pattern.compile("[!-~]([ -~]{0,253}[!-~])?");

    private final KeptAnswers kept;
    private final ProblemWriter problems;
    private final List<String> ownPaths;
    private final Executor late;

    /**
     * @param ownPaths where the header is not looked at
     * @param late keeps the answers that nobody waits for any more
     */
    IdempotencyKeyFilter(KeptAnswers kept, ProblemWriter problems, List<String> ownPaths, Executor late) {
        this.kept = kept;
        this.problems = problems;
        this.ownPaths = ownPaths;
        this.late = late;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(HEADER) == null
                || !request.getMethod().equals("POST")
                || ownPaths.contains(request.getRequestURI()
                        .substring(request.getContextPath().length()));
    }

    @Override
    protected boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (isAsyncDispatch(request)) {
            var keyed = KeyedAnswer.of(request);
            if (keyed == null) {
                chain.doFilter(request, response);
            } else {
                run(keyed, request, response, chain);
            }
            return;
        }
        try {
            var keyed = new KeyedRequest(request);
            var found = kept.claim(keyed.identity(key(request)), keyed.fingerprint());
            if (found instanceof Claim claim) {
                var answer = new KeyedAnswer(kept, claim, response, late);
                answer.attachTo(request);
                run(answer, keyed, answer.response(), chain);
            } else {
                var problem = found instanceof Done done ? again(done, response) : running((Running) found);
                if (problem != null) {
                    problems.write(request, response, new Refused(problem));
                }
            }
        } catch (IOException | DataAccessException | Refused unreadable) {
            problems.write(request, response, unreadable);
        }
    }

    /** Ends it here, or leaves that to who deferred it. */
    private static void run(
            KeyedAnswer answer, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        var passed = false;
        try {
            chain.doFilter(request, response);
            passed = true;
        } finally {
            if (!passed) {
                answer.release();
            }
        }
        if (!request.isAsyncStarted()) {
            answer.finish();
        }
    }

    private static @Nullable Problem again(Done done, HttpServletResponse response) throws IOException {
        if (!done.same()) {
            return reused();
        }
        if (done.answer().body() == null) {
            return Problem.of(
                    409,
                    "answer-not-kept",
                    "answering request: one with this Idempotency-Key has succeeded; its answer was over %d bytes and is not kept"
                            .formatted(AnswerBuffer.MAX_BODY));
        }
        response.setHeader(REPLAYED, "true");
        done.answer().writeTo(response);
        return null;
    }

    private static Problem running(Running running) {
        return running.same()
                ? Problem.of(
                                409,
                                "request-running",
                                "answering request: one with this Idempotency-Key is being run, try again for its answer")
                        .withHeader("Retry-After", "1")
                : reused();
    }

    private static Problem reused() {
        return Problem.of(
                422,
                "idempotency-key-reused",
                "answering request: this Idempotency-Key was sent with other content; send a key of its own for each request");
    }

    private static String key(HttpServletRequest request) {
        var keys = Collections.list(request.getHeaders(HEADER));
        if (keys.size() != 1 || !KEY.matcher(keys.get(0)).matches()) {
            throw new Refused(Problem.of(
                    400,
                    "bad-request",
                    "reading request: Idempotency-Key is one header of 1 to 255 printable ASCII characters"));
        }
        var type = request.getContentType();
        if (type != null && isForm(type.toLowerCase(Locale.ROOT))) {
            // who reads a form's parameters needs the body itself
            throw new Refused(Problem.of(
                    415, "unsupported-media-type", "reading request: an Idempotency-Key is not taken with a form"));
        }
        return keys.get(0);
    }

    private static boolean isForm(String type) {
        return type.startsWith("application/x-www-form-urlencoded") || type.startsWith("multipart/");
    }
}
