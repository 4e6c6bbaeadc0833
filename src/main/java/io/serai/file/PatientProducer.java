// SPDX-License-Identifier: Apache-2.0
package io.serai.file;

import io.serai.bus.DatabaseAway;
import io.serai.message.Unavailable;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.support.service.ServiceHelper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends from within a long-running route to a transacted one, and waits while the database is away or the outbox is
 * full, so that a file that was
 * begun need not be begun again. Not thread-safe.
 */
public final class PatientProducer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(PatientProducer.class);
    private static final long AGAIN = TimeUnit.SECONDS.toNanos(1);

    private final CamelContext context;
    private final ProducerTemplate template;
    private final String from;

    /**
     * Waits only while its route runs: a hub that stops is not held up.
     *
     * @param from id of the route that sends
     */
    public PatientProducer(CamelContext context, String from) {
        this.context = context;
        this.template = context.createProducerTemplate();
        this.from = from;
    }

    /**
     * Sends; when it returns, the other route is through and committed.
     *
     * @throws RuntimeException the first cause of one of the types given
     * @throws IllegalStateException when the other route failed otherwise
     * @throws RejectedExecutionException when the sending route stops; then nothing was committed
     */
    public void send(String to, Object body, List<Class<? extends RuntimeException>> types) {
        for (var told = false; ; told = true) {
            if (!isRunning()) {
                throw new RejectedExecutionException("the route stops; the file is read again when it starts");
            }
            var sent = template.send(to, each -> each.getMessage().setBody(body));
            var failed = sent.getException();
            if (failed == null) {
                return;
            }
            var wrong = cause(sent, types);
            if (wrong != null) {
                throw wrong;
            }
            if (!DatabaseAway.isCauseOf(failed) && sent.getException(Unavailable.class) == null) {
                throw new IllegalStateException("sending to " + to + " failed", failed);
            }
            if (!told) {
                LOG.warn(
                        "database or outbox refuses, the file waits route={} cause={}",
                        from,
                        failed.getClass().getName());
            }
            LockSupport.parkNanos(AGAIN);
        }
    }

    @Override
    public void close() throws IOException {
        template.close();
    }

    private static @Nullable RuntimeException cause(Exchange sent, List<Class<? extends RuntimeException>> types) {
        return types.stream()
                .<RuntimeException>map(sent::getException)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private boolean isRunning() {
        var route = context.getRoute(from);
        return context.isRunAllowed() && route != null && ServiceHelper.isStarted(route.getConsumer());
    }
}
