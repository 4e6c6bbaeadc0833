// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.component;

import io.serai.message.Event;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Has effects on the database once for each event: claims the event's id in the transaction of the effect (Idempotent
 * Receiver).
 *
 * <p>A duplicate that comes while the first is under way waits for it: on the claimed row.
 */
final class OnceOnly implements Receiver {

    /** What came of it. */
    enum Receipt {
        /** The effect happened and is committed, with the claim. */
        FIRST,
        /** An earlier delivery had the effect; nothing was done. */
        DUPLICATE
    }

    /** The effect, in the transaction; what it throws rolls back effect and claim. */
    interface Effect {
        void happen() throws Exception;
    }

    /** Carries the effect's exception out of the transaction. */
    static final class EffectFailed extends RuntimeException {
        EffectFailed(Exception cause) {
            super(cause);
        }
    }

    private static final String CLAIM_ONE = "(?, ?, ?)";
    private static final String CLAIM =
            "INSERT INTO processed_event (subscription, source, id) VALUES %s ON CONFLICT DO NOTHING";
    /** In portions, so that no transaction is long; up to a time, since H2 asks a subquery once more for each row. */
    private static final String SELECT_PORTION = """
            SELECT MAX(processed_at) FROM (SELECT processed_at FROM processed_event
                WHERE processed_at < CURRENT_TIMESTAMP - CAST(? AS INTEGER) * INTERVAL '1' SECOND
                ORDER BY processed_at LIMIT 1000) AS oldest
            """;

    private static final String FORGET = "DELETE FROM processed_event WHERE processed_at <= ?";

    private final JdbcTemplate jdbc;
    private final TransactionOperations transaction;

    OnceOnly(JdbcTemplate jdbc, TransactionOperations transaction) {
        this.jdbc = jdbc;
        this.transaction = transaction;
    }

    /**
     * Claims the events and lets the effect happen if all of them are new.
     *
     * @return {@code DUPLICATE} where at least one of them was claimed before: then nothing was done for any
     * @throws EffectFailed with what the effect threw, after the rollback
     * @throws DataAccessException where the database is away: nothing was done
     */
    @Override
    public Receipt receive(String subscription, List<Event> events, Effect effect) {
        var receipt = transaction.execute(status -> {
            var parameters = new ArrayList<String>(events.size() * 3);
            events.forEach(event -> {
                parameters.add(subscription);
                parameters.add(event.source());
                parameters.add(event.id());
            });
            var claims = String.join(", ", Collections.nCopies(events.size(), CLAIM_ONE));
            if (jdbc.update(CLAIM.formatted(claims), parameters.toArray()) < events.size()) {
                status.setRollbackOnly();
                return Receipt.DUPLICATE;
            }
            try {
                effect.happen();
            } catch (Exception failed) {
                throw new EffectFailed(failed);
            }
            return Receipt.FIRST;
        });
        if (receipt == null) {
            throw new IllegalStateException("a transaction always has a receipt");
        }
        return receipt;
    }

    /** Forgets claims older than the retention. */
    void forget(Duration retention) {
        for (var until = portion(retention);
                until != null && !Thread.currentThread().isInterrupted();
                until = portion(retention)) {
            jdbc.update(FORGET, until);
        }
    }

    private @Nullable OffsetDateTime portion(Duration retention) {
        return jdbc.queryForObject(SELECT_PORTION, OffsetDateTime.class, retention.toSeconds());
    }
}
