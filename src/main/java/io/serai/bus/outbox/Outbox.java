// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.bus.EventPublisher;
import io.serai.message.Event;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Writes events in the caller's database transaction, so that a change and its event are both there or neither is; the
 * relay publishes them after the commit, in order per subject, at least once.
 *
 * @see <a href="https://microservices.io/patterns/data/transactional-outbox.html">Transactional outbox</a>
 */
public final class Outbox {

    private final OutboxRows rows;
    private final OutboxRelay relay;
    private final EventPublisher publisher;
    private final Backlog backlog;
    private final Counter written;

    Outbox(OutboxRows rows, OutboxRelay relay, EventPublisher publisher, Backlog backlog, MeterRegistry meters) {
        this.rows = rows;
        this.relay = relay;
        this.publisher = publisher;
        this.backlog = backlog;
        this.written = Counter.builder("serai.bus.outbox.written")
                .description("Events committed to the outbox")
                .register(meters);
    }

    /**
     * Writes an event in the current transaction, or in one of its own where there is none.
     *
     * <p>Events of one subject keep their order when whoever writes them holds a lock on what the subject names, as an
     * update of its row does.
     *
     * @throws org.springframework.dao.DataAccessException where the database is away or refuses
     * @throws io.serai.message.Unavailable where the outbox is full, {@code serai.bus.outbox.max-rows} and {@code max-bytes}
     * @throws io.serai.message.Invalid where the body is too large for the broker
     */
    public void append(Event event) {
        append(event, null);
    }

    /**
     * Writes as above.
     *
     * @param routeVersion of the route that publishes it, see {@link EventPublisher#publish(Event, String)}
     */
    public void append(Event event, @Nullable String routeVersion) {
        write(new OutboxRows.Entry(event, routeVersion, null));
    }

    /**
     * Writes what a route found wrong, likewise; the relay parks it in {@code serai.failures}.
     *
     * @param facts as {@link io.serai.bus.Parking#facts} made them
     */
    public void park(Event event, Map<String, String> facts) {
        write(new OutboxRows.Entry(event, null, facts));
    }

    /**
     * An event that the broker does not take, say for its size: it stays in the outbox, and those behind it go.
     *
     * @param position in table {@code outbox}
     * @param bytes of its body
     */
    public record RefusedEvent(long position, String id, String type, long bytes, String reason) {}

    /**
     * Lists them, oldest first, at most {@code limit}. When a hub begins to relay it tries them again.
     *
     * @throws org.springframework.dao.DataAccessException where the database is away
     */
    public List<RefusedEvent> refused(int limit) {
        return rows.refused(limit);
    }

    private void write(OutboxRows.Entry entry) {
        publisher.refuseTooLarge(entry.event());
        var noted = backlog.write(List.of(entry.event()));
        var count = entry.failure() == null ? 1 : 0;
        try {
            rows.insert(entry);
        } catch (RuntimeException refused) {
            noted.rolledBack();
            throw refused;
        }
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCompletion(int status) {
                    if (status == STATUS_ROLLED_BACK) {
                        noted.rolledBack();
                    } else {
                        noted.committed();
                        committed(count);
                    }
                }
            });
        } else {
            noted.committed();
            committed(count);
        }
    }

    private void committed(int events) {
        written.increment(events);
        relay.wake();
    }
}
