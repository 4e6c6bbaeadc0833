// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.serai.message.Event;
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
    private final Counter written;

    Outbox(OutboxRows rows, OutboxRelay relay, MeterRegistry meters) {
        this.rows = rows;
        this.relay = relay;
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
     */
    public void append(Event event) {
        rows.insert(event);
        if (TransactionSynchronizationManager.isSynchronizationActive()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    committed();
                }
            });
        } else {
            committed();
        }
    }

    private void committed() {
        written.increment();
        relay.wake();
    }
}
