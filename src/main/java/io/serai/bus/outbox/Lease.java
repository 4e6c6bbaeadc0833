// SPDX-License-Identifier: Apache-2.0
package io.serai.bus.outbox;

import java.time.Duration;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Lets one hub of many do a task: a row that its holder renews and that others may take once it has expired.
 *
 * <p>Judged by the database's clock. A holder that was paused past its time and comes back may overlap with the next for
 * a moment, so what it protects must bear being done twice.
 */
public final class Lease {

    private static final String TAKE_OR_RENEW = """
            UPDATE lease SET holder = :holder, expires_at = CURRENT_TIMESTAMP + CAST(:millis AS INTEGER) * INTERVAL '0.001' SECOND
            WHERE name = :name AND (holder = :holder OR expires_at < CURRENT_TIMESTAMP)
            """;
    private static final String GIVE_BACK =
            "UPDATE lease SET expires_at = CURRENT_TIMESTAMP WHERE name = :name AND holder = :holder";

    private final JdbcClient jdbc;
    private final String name;
    private final String holder;
    private final Duration time;

    /**
     * @param name of a row in table {@code lease}
     * @param holder this process
     * @param time to the millisecond, at least one
     */
    public Lease(JdbcClient jdbc, String name, String holder, Duration time) {
        this.jdbc = jdbc;
        this.name = name;
        this.holder = holder;
        this.time = time;
    }

    /** Takes or renews the lease; false while another hub holds it. */
    public boolean hold() {
        return jdbc.sql(TAKE_OR_RENEW)
                        .param("holder", holder)
                        .param("millis", Math.max(1, time.toMillis()))
                        .param("name", name)
                        .update()
                == 1;
    }

    /** Lets another hub take over at once. */
    public void giveBack() {
        jdbc.sql(GIVE_BACK).param("name", name).param("holder", holder).update();
    }
}
