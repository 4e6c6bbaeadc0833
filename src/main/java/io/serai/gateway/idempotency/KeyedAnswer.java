// SPDX-License-Identifier: Apache-2.0
package io.serai.gateway.idempotency;

import io.serai.gateway.idempotency.KeptAnswers.Claim;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/**
 * The answer to a request that this hub has claimed: written whole, kept if it is a success, then sent.
 *
 * <p>It is ended once, by {@link #finish()} or {@link #finishLate}; whoever was first decides.
 */
public final class KeyedAnswer {

    /** What a handler writes. */
    @FunctionalInterface
    public interface Writing {
        void writeTo(HttpServletResponse response) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(KeyedAnswer.class);
    private static final String ATTRIBUTE = KeyedAnswer.class.getName();

    private final KeptAnswers kept;
    private final Claim claim;
    private final AnswerBuffer buffer;
    private final Executor late;
    private final AtomicBoolean ended = new AtomicBoolean();

    KeyedAnswer(KeptAnswers kept, Claim claim, HttpServletResponse client, Executor late) {
        this.kept = kept;
        this.claim = claim;
        this.buffer = new AnswerBuffer(client);
        this.late = late;
    }

    void attachTo(ServletRequest request) {
        request.setAttribute(ATTRIBUTE, this);
    }

    /** That of the request, or null where it has no key. */
    public static @Nullable KeyedAnswer of(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof KeyedAnswer keyed ? keyed : null;
    }

    /** What the handler is to write to. */
    HttpServletResponse response() {
        return buffer;
    }

    /** What the handler is to write to, if the client is to be answered by this response. */
    public HttpServletResponse sentBy(HttpServletResponse client) {
        buffer.setResponse(client);
        return buffer;
    }

    /** Keeps what was written, then sends it. */
    public void finish() throws IOException {
        if (ended.compareAndSet(false, true)) {
            keep();
            buffer.send();
        }
    }

    /**
     * Keeps an answer that comes when the client is gone or was told that it took too long: for when it asks again. Writes on
     * another thread.
     */
    public void finishLate(Writing writing) {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        buffer.detach();
        Runnable task = () -> {
            try {
                writing.writeTo(buffer);
            } catch (IOException | RuntimeException failed) {
                LOG.debug("an answer that came late was an error", failed);
                buffer.setStatus(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
            keep();
        };
        try {
            late.execute(task);
        } catch (RejectedExecutionException stopping) {
            task.run();
        }
    }

    /** There is no answer, or none worth keeping: the request may be run again. */
    public void release() {
        if (ended.compareAndSet(false, true)) {
            tell(() -> kept.release(claim));
        }
    }

    private void keep() {
        tell(() -> {
            if (!buffer.isSuccess()) {
                kept.release(claim);
            } else if (!kept.keep(claim, buffer.answer())) {
                LOG.warn("a request with an Idempotency-Key took longer than its claim and may have been run twice");
            }
        });
    }

    /** The database may be away: then the claim ends by itself, and the request may be run again. */
    private static void tell(Runnable what) {
        try {
            what.run();
        } catch (DataAccessException away) {
            LOG.warn("the answer to a request with an Idempotency-Key is not kept, the database is away");
            LOG.debug("keeping an answer failed", away);
        }
    }
}
