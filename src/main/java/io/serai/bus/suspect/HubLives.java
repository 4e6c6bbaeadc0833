// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.suspect;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Tells in the database that this hub lives, and which others have died: their rows are no longer renewed. Thread-safe.
 *
 * <p>Judged by the database's clock.
 */
final class HubLives {

    private static final String INSERT =
            "INSERT INTO hub_life (id, seen_at, trial) VALUES (:id, CURRENT_TIMESTAMP, :trial)";
    private static final String RENEW =
            "UPDATE hub_life SET seen_at = CURRENT_TIMESTAMP, trial = :trial WHERE id = :id";
    private static final String DELETE = "DELETE FROM hub_life WHERE id = :id";
    private static final String IS_DEAD =
            "seen_at < CURRENT_TIMESTAMP - CAST(:millis AS INTEGER) * INTERVAL '0.001' SECOND";
    private static final String SELECT_DIED = "SELECT COUNT(*) FROM hub_life WHERE id <> :id AND " + IS_DEAD
            + " AND seen_at > CURRENT_TIMESTAMP - INTERVAL '1' HOUR";
    private static final String SELECT_TRIALS =
            "SELECT " + IS_DEAD + " FROM hub_life WHERE id <> :id AND trial = :trial";
    private static final String FORGET = """
            DELETE FROM hub_life WHERE seen_at < CURRENT_TIMESTAMP - INTERVAL '7' DAY
            OR (trial IS NULL AND seen_at < CURRENT_TIMESTAMP - INTERVAL '1' HOUR)
            """;

    private final JdbcClient jdbc;
    private final String id;
    private final long deadAfterMillis;
    private @Nullable String trial;
    private boolean ended;

    /**
     * @param id of this process
     * @param deadAfter how long a row is not renewed before its hub counts as dead
     */
    HubLives(JdbcClient jdbc, String id, Duration deadAfter) {
        this.jdbc = jdbc;
        this.id = id;
        this.deadAfterMillis = deadAfter.toMillis();
    }

    /** Tells that this hub lives, and what it tries alone. */
    synchronized void renew() {
        if (!ended && write(RENEW) == 0) {
            write(INSERT);
        }
    }

    /** What this hub tries alone from now on; noted when this returns. */
    synchronized void tries(String message) {
        trial = message;
        renew();
    }

    /** What it tried is dealt with; noted with the next renewal, or the next trial. */
    synchronized void tried() {
        trial = null;
    }

    /** This hub stops in order. */
    synchronized void end() {
        ended = true;
        jdbc.sql(DELETE).param("id", id).update();
    }

    /** Whether another hub has died within the last hour. */
    boolean hasAnotherDied() {
        return jdbc.sql(SELECT_DIED)
                        .param("id", id)
                        .param("millis", deadAfterMillis)
                        .query(Integer.class)
                        .single()
                > 0;
    }

    /** One for each other hub that tries, or tried, the message alone: true where it has died. */
    List<Boolean> trialsOf(String message) {
        return jdbc.sql(SELECT_TRIALS)
                .param("id", id)
                .param("millis", deadAfterMillis)
                .param("trial", message)
                .query(Boolean.class)
                .list();
    }

    void forget() {
        jdbc.sql(FORGET).update();
    }

    private int write(String sql) {
        return jdbc.sql(sql).param("id", id).param("trial", trial).update();
    }
}
